import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { dialects } from '@posthorn/wire'
import { dialectSuite } from '@posthorn/wire/conformance'
import { builtInPresetFolder } from './built-in-folder.ts'
import { checkSamples } from './check-samples.ts'
import { loadPresets } from './load/load.ts'

/** A vendor that nobody wrote a line of code for: see test/vendor/parcelbird. */
const folder = fileURLToPath(new URL('../../../test/vendor', import.meta.url))
const [parcelbird] = loadPresets([folder])

describe('a vendor of JSON alone', () => {
  test('stands beside those that are built in', () => {
    const all = loadPresets([builtInPresetFolder(), folder])
    expect(all.map(({ name }) => name)).toContain('parcelbird')
  })

  test('has samples that fit their schemas and can be sent', () => {
    expect(() => checkSamples([parcelbird!])).not.toThrow()
  })

  test('uses every member of a preset', () => {
    const { rules, words, ...members } = parcelbird!
    for (const [name, value] of Object.entries(members)) expect(value, name).toBeTruthy()
    expect(new Set(rules.requires.map(({ kind }) => kind))).toEqual(new Set(['plan', 'readiness']))
    expect(Object.keys(words)).toEqual(['en', 'de'])
  })

  test('speaks a format that is like no other', () => {
    const { name, request, body, signatures } = parcelbird!.definition!
    for (const other of dialects) {
      expect(other.name).not.toBe(name)
      expect(other.request).not.toEqual(request)
      expect(other.body).not.toEqual(body)
      expect(other.signatures).not.toEqual(signatures)
    }
  })
})

describe('its dialect', () => {
  for (const { name, run } of dialectSuite(parcelbird!.definition!)) test(name, run)
})
