import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { checkAgainstSchema, schemaProblem } from './check-schema.ts'

const DRAFT_2019 = 'https://json-schema.org/draft/2019-09/schema'
const DRAFT_07 = 'http://json-schema.org/draft-07/schema#'

/** Problems in one line each. */
const told = (schema: unknown, value: unknown): string[] =>
  checkAgainstSchema(schema, value).map(({ path, reason }) => `${path}: ${reason}`)

describe('a schema that can be used', () => {
  test.each<[what: string, schema: unknown]>([
    ['without $schema it is 2020-12', { prefixItems: [{ type: 'string' }], items: false }],
    ['2020-12', { $schema: 'https://json-schema.org/draft/2020-12/schema', $defs: { a: {} }, $ref: '#/$defs/a' }],
    ['draft-07, where items may be a list', { $schema: DRAFT_07, items: [{ type: 'string' }] }],
    ['draft-06', { $schema: 'http://json-schema.org/draft-06/schema#', propertyNames: { pattern: '^a' } }],
    [
      '2019-09',
      { $schema: DRAFT_2019, $defs: { a: { $anchor: 'here' } }, items: [{ $ref: '#here' }], additionalItems: true },
    ],
    ['2019-09, recursive', { $schema: DRAFT_2019, $recursiveAnchor: true, properties: { a: { $recursiveRef: '#' } } }],
    ['draft-07 without the #', { $schema: 'https://json-schema.org/draft-07/schema' }],
    ['keywords and formats that nobody knows', { type: 'object', 'x-vendor': 1, format: 'shoe-size' }],
    ['a recursive one', { type: 'object', properties: { child: { $ref: '#' } } }],
    ['with anchors', { $defs: { a: { $anchor: 'here', type: 'string' } }, $ref: '#here' }],
    ['a bare true', true],
  ])('%s', (_what, schema) => {
    expect(schemaProblem(schema)).toBeNull()
  })

  test('in 2019-09 a recursive reference is followed, and a list of items is one for each place', () => {
    const schema = {
      $schema: DRAFT_2019,
      $recursiveAnchor: true,
      properties: { child: { $recursiveRef: '#' }, pair: { items: [{ type: 'string' }], unevaluatedItems: false } },
      required: ['name'],
    }
    expect(told(schema, { name: 1, child: { name: 2, child: {} }, pair: ['a', 1] })).toEqual([
      'child.child.name: is missing',
      expect.stringContaining('pair'),
    ])
    expect(told({ $schema: DRAFT_2019, minimum: '1' }, 1)).toEqual([expect.stringContaining('minimum')])
  })

  test('draft-07 and 2020-12 read the same words differently', () => {
    const schema = { items: [{ type: 'string' }] }
    expect(told({ $schema: DRAFT_07, ...schema }, [1])).toEqual(['[0]: must be a string'])
    expect(schemaProblem(schema)).toBe('items of the schema must be an object or true or false')
  })
})

describe('a schema that cannot', () => {
  const nested = (levels: number): object => (levels === 1 ? {} : { not: nested(levels - 1) })
  const cycle: Record<string, unknown> = {}
  cycle['not'] = cycle

  test.each<[says: string, schema: unknown]>([
    ['the schema has to be a JSON object', null],
    ['the schema has to be a JSON object', '{}'],
    ['the schema has to be a JSON object', [{}]],
    [
      'its $schema is none that can be used: write it for draft 2020-12, 2019-09, draft-07 or draft-06',
      { $schema: 'http://json-schema.org/schema#' },
    ],
    ['its $schema is none that can be used', { $schema: 7 }],
    ['properties.a.type of the schema must be "array", "boolean"', { properties: { a: { type: 'text' } } }],
    ['properties.a.minimum of the schema must be a number', { properties: { a: { minimum: '1' } } }],
    ['required of the schema must be a list', { required: 'a' }],
    ['refers to https://evil.test/x, which is not in it', { $ref: 'https://evil.test/x' }],
    ['refers to #/$defs/b, which is not in it', { $defs: { a: {} }, $ref: '#/$defs/b' }],
    ['refers to itself without end', { $defs: { a: { $ref: '#/$defs/a' } }, $ref: '#/$defs/a' }],
    ['the pattern (?=x) cannot be used', { pattern: '(?=x)' }],
    ['the pattern (a)\\1 cannot be used', { properties: { a: { pattern: '(a)\\1' } } }],
    ['the pattern [ cannot be used', { patternProperties: { '[': {} } }],
    ['longer than 2000 characters', { pattern: 'a'.repeat(2_001) }],
    ['has the key $async', { $async: true }],
    ['async', { properties: { a: { $async: true, type: 'string' } } }],
    ['is nested deeper than 32 levels', nested(33)],
    ['is nested deeper than 32 levels', cycle],
    ['is larger than 256 kB', { description: 'x'.repeat(256 * 1024) }],
    ['is larger than 256 kB', { enum: Array.from({ length: 200_000 }, (_, i) => i) }],
    ['resolves to more than one schema', { $defs: { a: { $id: 'https://a.test/' }, b: { $id: 'https://a.test/' } } }],
  ])('%s', (says, schema) => {
    expect(schemaProblem(schema)).toContain(says)
    expect(checkAgainstSchema(schema, {})).toEqual([
      { path: '', reason: expect.stringContaining('cannot be checked: ') },
    ])
  })

  test('32 levels are fine', () => {
    expect(schemaProblem(nested(32))).toBeNull()
  })

  test('the $id of one schema cannot be referred to by another', () => {
    expect(
      schemaProblem({ $id: 'https://one.test/schema', $defs: { secret: { $id: 'https://one.test/inner' } } }),
    ).toBeNull()
    expect(schemaProblem({ $ref: 'https://one.test/schema' })).toContain('which is not in it')
    expect(schemaProblem({ $ref: 'https://one.test/inner' })).toContain('which is not in it')
    expect(schemaProblem({ $id: 'https://one.test/schema', type: 'object' })).toBeNull()
  })
})

describe('what does not fit', () => {
  test('where and what, in the words of people', () => {
    const schema = {
      type: 'object',
      required: ['visitor', 'site'],
      properties: {
        visitor: { type: 'object', required: ['additional'] },
        devices: {
          type: 'array',
          items: {
            properties: { name: { type: 'string' }, kind: { enum: ['tablet', 'printer', 3] } },
            additionalProperties: false,
          },
        },
      },
    }
    expect(told(schema, { visitor: {}, devices: [{ name: 'a' }, { name: 1, kind: 'car', 'a b': 1 }] })).toEqual([
      'site: is missing',
      'visitor.additional: is missing',
      'devices[1]["a b"]: is not known here',
      'devices[1].name: must be a string',
      'devices[1].kind: must be "tablet", "printer" or 3',
    ])
    expect(told(schema, { visitor: { additional: 1 }, site: 1, devices: [] })).toEqual([])
    expect(told(schema, [])).toEqual([': must be an object'])
  })

  test.each<[schema: unknown, value: unknown, says: string]>([
    [{ type: ['string', 'null'] }, 1, 'must be a string or null'],
    [{ type: 'integer' }, 1.5, 'must be a whole number'],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 1, 'must be a string or null'],
    [{ anyOf: [{ type: 'string' }, { required: ['a'] }] }, {}, 'fits none of the forms that are allowed here'],
    [{ oneOf: [{ minimum: 1 }, { minimum: 2 }] }, 3, 'fits more than one of the forms'],
    [{ not: { type: 'string' } }, 'x', 'has a form that is not allowed here'],
    [{ const: { a: [1] } }, { a: [2] }, 'must be {"a":[1]}'],
    [
      { enum: Array.from({ length: 20 }, (_, i) => i) },
      'x',
      'must be one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 8 more',
    ],
    [{ minimum: 2 }, 1, 'must be at least 2'],
    [{ exclusiveMaximum: 2 }, 2, 'must be less than 2'],
    [{ multipleOf: 5 }, 3, 'must be a multiple of 5'],
    [{ minLength: 1 }, '', 'must have at least 1 character'],
    [{ maxItems: 2 }, [1, 2, 3], 'must have at most 2 elements'],
    [
      { uniqueItems: true },
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      'must not have the same element twice',
    ],
    [{ contains: { const: 1 } }, [], 'must have at least 1 element of the kind that is asked for'],
    [{ format: 'email' }, 'x', 'must be written as email'],
    [{ format: 'date-time' }, '2026-01-01', 'must be written as date-time'],
    [{ format: 'url' }, 'javascript:1', 'must be written as url'],
    [{ pattern: '^\\d+$' }, 'x1', 'must match the pattern ^\\d+$'],
    [false, 1, 'is not allowed here'],
  ])('%j on %j: %s', (schema, value, says) => {
    expect(told(schema, value)).toEqual([expect.stringContaining(says)])
  })

  test.each([
    [{ uniqueItems: true }, [1, '1', '"1', null, 'null', [1], { a: 1 }, '{"a":1}', true]],
    [{ uniqueItems: false }, [1, 1]],
    [{ format: 'url' }, 'https://example.com/a?b'],
    [{ format: 'uuid' }, '019b76da-a800-7000-8000-000155a6e00c'],
    [{ format: 'regex' }, '(a+)+$'],
    [{ pattern: '\\u00e9' }, 'é'],
  ])('%j takes %j', (schema, value) => {
    expect(told(schema, value)).toEqual([])
  })

  test('of a million problems some are told', () => {
    const numbers = Array.from({ length: 1_000_000 }, (_, i) => i)
    expect(told({ items: { type: 'string' } }, numbers)).toEqual(['[0]: must be a string'])
    expect(told({ items: { type: 'string' } }, numbers.slice(0, 500))).toHaveLength(20)
  })

  test('a schema that was changed afterwards is another schema, and values are left as they are', () => {
    const schema = { properties: { a: { type: 'string', default: 'x' } } }
    expect(told(schema, { a: 1 })).toHaveLength(1)
    schema.properties.a.type = 'number'
    const value = {}
    expect(told(schema, { a: 1 })).toEqual([])
    expect(told(schema, value)).toEqual([])
    expect(value).toEqual({})
  })
})

describe('P1: prototypes', () => {
  test('in a schema', () => {
    for (const text of [
      '{"__proto__":{"type":"string"}}',
      '{"properties":{"__proto__":{"type":"string"}}}',
      '{"const":{"__proto__":{"isAdmin":1}}}',
    ])
      expect(schemaProblem(JSON.parse(text))).toContain('"__proto__", which cannot be checked')
    expect(told({ properties: { constructor: { type: 'string' } } }, { constructor: 1 })).toEqual([
      'constructor: must be a string',
    ])
    expect(told({ properties: { constructor: { type: 'string' } } }, {})).toEqual([])
  })

  test('in a value: nothing is inherited, and nothing changes', () => {
    const before = Reflect.ownKeys(Object.prototype)
    const value: unknown = JSON.parse('{"__proto__":{"isAdmin":1},"constructor":{"prototype":{"isAdmin":1}}}')
    expect(told({ required: ['isAdmin', 'toString'] }, value)).toEqual(['isAdmin: is missing', 'toString: is missing'])
    expect(told({ additionalProperties: false }, value)).toEqual([
      '__proto__: is not known here',
      'constructor: is not known here',
    ])
    expect(told({ additionalProperties: { type: 'string' } }, value)).toHaveLength(2)
    expect(told({ unevaluatedProperties: false }, value)).toHaveLength(2)
    expect(({} as { isAdmin?: unknown }).isAdmin).toBeUndefined()
    expect(Reflect.ownKeys(Object.prototype)).toEqual(before)
  })

  test('values that bring their own valueOf are compared like others', () => {
    const value: unknown = JSON.parse('{"valueOf":1,"toString":2,"hasOwnProperty":3}')
    expect(told({ const: value }, structuredClone(value))).toEqual([])
    expect(told({ const: { valueOf: 2 } }, value)).toHaveLength(1)
    expect(told({ enum: [{ a: 1 }, value] }, value)).toEqual([])
    expect(told({ uniqueItems: true }, [value, value])).toHaveLength(1)
  })
})

describe('P2: patterns and formats', () => {
  const hostile = `${'a'.repeat(65_536)}!`

  test('a pattern that another engine would never finish', () => {
    expect(told({ pattern: '(a+)+$' }, hostile)).toEqual([': must match the pattern (a+)+$'])
    expect(told({ patternProperties: { '^(a|a)*$': false } }, { [hostile]: 1 })).toEqual([])
    expect(told({ propertyNames: { pattern: '(a*)*$b' } }, { [hostile]: 1 })).toHaveLength(1)
  })

  const formats =
    'date time date-time iso-time iso-date-time duration uri uri-reference uri-template url email hostname ipv4 ipv6 ' +
    'regex uuid json-pointer json-pointer-uri-fragment relative-json-pointer byte'
  const repeated = ['a', 'a.', 'a-', '1', '1:', ':', '::', '0:', '/', 'a@', '%20', '{', '(a)', 'é', 'a:', '-', '//']
  test.each(formats.split(' '))('64 kB of anything under the format %s', (format) => {
    for (const start of ['', 'http://', 'a@', 'P'])
      for (const part of repeated) {
        const text = start + part.repeat(65_536 / part.length)
        // Whatever the answer is: it comes. The formats of ajv-formats need hours for some of these.
        expect(told({ format }, `${text}\u0000`).length).toBeLessThan(2)
      }
  })
})

describe('P3: sizes', () => {
  test('a value that is very deep', () => {
    let deep: unknown = 1
    for (let i = 0; i < 100_000; i++) deep = i % 2 === 0 ? [deep] : { a: deep }
    expect(told({ type: 'object', required: ['b'] }, deep)).toEqual(['b: is missing'])
    expect(told({ properties: { a: { items: { $ref: '#' } } } }, deep)).toEqual([expect.stringContaining('too deeply')])
    expect(told({ const: { a: [1] } }, deep)).toHaveLength(1)
    expect(told({ uniqueItems: true }, [deep, deep])).toHaveLength(1)
  })

  test('a schema with tens of thousands of allowed values', () => {
    // Draft-07 wants them unique, which is where its own check would be quadratic.
    const allowed = Array.from({ length: 20_000 }, (_, i) => [i])
    expect(schemaProblem({ $schema: DRAFT_07, enum: allowed })).toBeNull()
    expect(schemaProblem({ $schema: DRAFT_07, enum: [...allowed, [7]] })).toContain('enum of the schema must not have')
  })

  test('a hundred thousand elements that have to be unique', () => {
    const items = Array.from({ length: 100_000 }, (_, i) => ({ id: i }))
    expect(told({ uniqueItems: true }, items)).toEqual([])
    expect(told({ uniqueItems: true }, [...items, { id: 5 }])).toHaveLength(1)
  })
})

describe('P3: schema times value', () => {
  const chain = (levels: number, link: (ref: object) => object): object => ({
    $ref: '#/$defs/d0',
    $defs: Object.fromEntries(
      Array.from({ length: levels + 1 }, (_, i) => [
        `d${i}`,
        i === levels ? { type: 'string' } : link({ $ref: `#/$defs/d${i + 1}` }),
      ]),
    ),
  })

  test.each<[what: string, schema: object]>([
    ['fourteen levels of two alternatives', chain(14, (ref) => ({ anyOf: [ref, ref] }))],
    ['of two forms', chain(14, (ref) => ({ oneOf: [ref, ref] }))],
    ['of two requirements', chain(14, (ref) => ({ allOf: [ref, ref] }))],
    ['by way of fields', chain(14, (ref) => ({ allOf: [{ properties: { a: ref } }, { properties: { a: ref } }] }))],
    ['a cycle that doubles', { allOf: [{ items: { $ref: '#' } }, { items: { $ref: '#' } }] }],
    ['a cycle through patterns', { patternProperties: { a: { $ref: '#' }, '.': { $ref: '#' } } }],
    [
      'a cycle through an $id',
      { $id: 'https://a.test/s', anyOf: [{ items: { $ref: 's' } }, { items: { $ref: 'https://a.test/s' } }] },
    ],
    [
      'a cycle through anchors',
      {
        $ref: '#b',
        $defs: { b: { $anchor: 'b', anyOf: [{ items: { $ref: '#b' } }, { items: { $ref: '#b' } }] } },
      },
    ],
  ])('%s: refused', (_what, schema) => {
    expect(schemaProblem(schema)).toContain('more than 20000 rules to one value')
  })

  test('a few levels of alternatives, a tree, and a tree of alternatives are fine', () => {
    const small = chain(6, (ref) => ({ anyOf: [ref, ref] }))
    expect(told(small, 'x')).toEqual([])
    expect(told(small, 1).length).toBeGreaterThan(0)
    const tree = { type: 'object', properties: { inner: { type: 'array', items: { anyOf: [{ $ref: '#' }, false] } } } }
    expect(told(tree, { inner: [{ inner: [{}] }] })).toEqual([])
    expect(told(tree, { inner: [{ inner: [1] }] }).length).toBeGreaterThan(0)
  })

  test('a value with more work than a check may take is not checked, which is said', () => {
    const schema = { items: { allOf: Array.from({ length: 300 }, (_, i) => ({ minimum: -i })) } }
    expect(
      told(
        schema,
        Array.from({ length: 1_000 }, () => 1),
      ),
    ).toEqual([])
    expect(
      told(
        schema,
        Array.from({ length: 100_000 }, () => 1),
      ),
    ).toEqual([expect.stringContaining('too many values for as many rules')])
  })

  test('many allowed values cost no more than one', () => {
    const allowed = Array.from({ length: 35_000 }, (_, i) => i)
    const schema = { items: { enum: allowed } }
    expect(told(schema, [...allowed, ...allowed])).toEqual([])
    expect(told(schema, [...allowed, -1])).toHaveLength(1)
  })

  test('patterns whose repetitions make them large', () => {
    for (const pattern of ['a{0,1000}'.repeat(20), '((a{10}){20}){30}', '(?:[a-z{5}]{1,100}){30}', '(a|\\p{L}){1001,}'])
      expect(schemaProblem({ pattern })).toContain('repeats too much')
    for (const pattern of ['^[a-zA-Z0-9_.-]{1,256}$', '^\\p{L}{2,100}$', '[{]9999[}]'])
      expect(schemaProblem({ pattern })).toBeNull()
    expect(told({ pattern: '^.{1,256}$' }, 'x'.repeat(256))).toEqual([])
    expect(told({ pattern: '(a|b)*a(a|b){60}$' }, 'ab'.repeat(1_000))).toEqual([
      expect.stringContaining('too long for the pattern'),
    ])
  })

  test('texts that take too long together, in CPU time: a busy machine refuses nothing', () => {
    const schema = { items: { pattern: '(a|b)*a(a|b){60}$' } }
    // Each text leads to other states of the pattern: a digest in binary, eight of them.
    const ab = (n: number) =>
      Array.from({ length: 8 }, (_, part) => createHash('sha256').update(`${n} ${part}`).digest('hex'))
        .join('')
        .replaceAll(/./g, (digit) => Number.parseInt(digit, 16).toString(2).padStart(4, '0'))
        .replaceAll('0', 'a')
        .replaceAll('1', 'b')
        .slice(0, 400)
    expect(
      told(
        schema,
        Array.from({ length: 200 }, (_, n) => ab(n)),
      ),
    ).toEqual([expect.stringContaining('too many texts for its patterns')])
    let wallMs = 0
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (wallMs += 1000))
    onTestFinished(() => clock.mockRestore())
    expect(told({ items: { pattern: '^a+$' } }, ['a', 'aa', 'aaa'])).toEqual([])
  })
})

test('the library is loaded by the first check and not before', () => {
  const program = `
    const { checkAgainstSchema } = await import(${JSON.stringify(join(import.meta.dirname, 'check-schema.ts'))})
    const { createRequire } = await import('node:module')
    const { cache } = createRequire(${JSON.stringify(join(import.meta.dirname, 'x.cjs'))})
    const has = (name) => Object.keys(cache).some((path) => path.includes('/node_modules/' + name + '/'))
    const before = has('ajv') || has('re2js')
    checkAgainstSchema({ type: 'object' }, {})
    console.log(JSON.stringify([before, has('ajv')]))
  `
  const args = ['--conditions=posthorn-source', '--input-type=module', '--eval', program]
  expect(JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))).toEqual([false, true])
})
