import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A preset that uses every member, by file name. Tests change a text in it and look at the line. */
export const acme: Readonly<Record<string, string>> = {
  'preset.json': `{
  "name": "acme",
  "title": "Acme",
  "description": "Rockets.",
  "dialect": "rocket",
  "policy": {
    "retrySchedule": [5, 60],
    "timeoutSeconds": 10,
    "httpsOnly": true,
    "minSecretLength": 8,
    "terminalCodes": [400]
  },
  "rules": {
    "activation": "step",
    "subscription": "explicit",
    "maxEndpoints": 3,
    "facts": {
      "rockets": { "type": "number", "description": "How many there are.", "example": 2 },
      "licence": { "type": "string", "description": "What may be flown.", "example": "moon" }
    },
    "requires": [
      {
        "before": ["activate", "subscribe"],
        "kind": "readiness",
        "facts": { "$and": [{ "rockets": { "$gte": 1 } }, { "licence": "moon" }] },
        "because": "Nothing can fly.",
        "remedy": "Buy a rocket."
      }
    ]
  },
  "params": { "pad": "39A" },
  "platforms": ["Earth", "Moon"],
  "eventTypes": [
    {
      "name": "rocket.started",
      "title": "Started",
      "category": "Flights",
      "description": "A rocket started.",
      "platforms": ["Earth"],
      "params": { "pad": "39B" },
      "sample": "samples/rocket.started.json",
      "schema": "schemas/rocket.json"
    },
    {
      "name": "rocket.landed",
      "title": "Landed",
      "category": "Flights",
      "description": "A rocket landed.",
      "schema": "schemas/rocket.json"
    }
  ],
  "test": { "eventType": "rocket.landed", "payload": { "name": "Test" } },
  "words": {
    "en": { "endpoint": "Pad" }
  },
  "sources": {
    "policy/timeoutSeconds": { "mark": "U" },
    "eventTypes/rocket.started/name": { "mark": "P", "note": "seen" },
    "eventTypes/*/category": { "mark": "I" },
    "platforms/Moon": { "mark": "I" }
  }
}
`,
  'dialect.json': `{
  "name": "rocket",
  "title": "Rocket",
  "version": 1,
  "params": { "pad": { "required": true, "description": "Where it starts." } },
  "request": { "method": "POST", "contentType": "application/json", "headers": { "x-id": { "$": "id" } } },
  "body": {
    "kind": "json",
    "shape": { "event": { "$": "type" }, "pad": { "$": "param.pad" }, "...": { "$": "payload" } }
  },
  "signatures": []
}
`,
  'samples/rocket.started.json': `{
  "name": "Zoë",
  "stages": 2
}
`,
  'schemas/rocket.json': `{
  "type": "object",
  "required": ["name"],
  "properties": {
    "name": { "type": "string" },
    "stages": { "type": "integer" }
  }
}
`,
}

/** A folder of presets in the file system, with these files. */
export function presetFolder(files: Readonly<Record<string, string>>): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'posthorn-presets-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), text)
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}

/** Replaces a text in one file once. */
export interface Change {
  readonly file: string
  readonly from: string
  readonly to: string
}

/** The files of a preset in a folder of its own, with a text in one of them changed. */
export function inFolder(
  name: string,
  files: Readonly<Record<string, string>>,
  change?: Change,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([file, text]) => {
      if (change?.file !== file) return [`${name}/${file}`, text]
      if (!text.includes(change.from)) throw new Error(`${file} does not have ${change.from}`)
      return [`${name}/${file}`, text.replace(change.from, () => change.to)]
    }),
  )
}
