/** Runs snippets with the real interpreters: all jobs of a language in one process. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SnippetLanguage, SnippetParameter } from '@posthorn/wire'

export interface SnippetJob {
  /** Names the file: lower case, digits and dashes. */
  name: string
  code: string
  entry: string
  /** What the headers come in: a name that the runner of the language knows. */
  container?: string
  /** In the order in which the function takes them. `body` is base64, `now` seconds. */
  arguments: Partial<Record<SnippetParameter, string | number | (string | null)[] | Record<string, string>>>
}

export interface SnippetAnswer {
  ok: boolean
  result?: unknown
  error?: string
  /** What the runner needs for this container and does not find. */
  missing?: string
}

/** `-W error` and the like: what an interpreter only warns about fails. */
export const interpreters: Record<SnippetLanguage, { program: string; arguments: string[]; extension: string }> = {
  python: { program: 'python3', arguments: ['-W', 'error', 'run.py'], extension: 'py' },
  javascript: { program: process.execPath, arguments: ['--throw-deprecation', 'run.mjs'], extension: 'mjs' },
  ruby: { program: 'ruby', arguments: ['-w', 'run.rb'], extension: 'rb' },
  php: { program: 'php', arguments: ['run.php'], extension: 'php' },
  java: { program: 'java', arguments: ['Run.java'], extension: 'java' },
}

const here = fileURLToPath(new URL('.', import.meta.url))

export function runSnippets(language: SnippetLanguage, jobs: readonly SnippetJob[]): SnippetAnswer[] {
  const { program, arguments: options, extension } = interpreters[language]
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-snippets-'))
  try {
    for (const { name, code } of jobs) {
      const [script = '', ...source] = language === 'java' ? javaFile(name, code) : [`${name}.${extension}`, code]
      mkdirSync(join(folder, script, '..'), { recursive: true })
      writeFileSync(join(folder, script), source.join(''))
    }
    const input =
      language === 'java'
        ? jobs.map(javaLine).join('\n')
        : JSON.stringify(jobs.map((job) => ({ ...job, code: undefined, file: `${job.name}.${extension}` })))
    const { stdout, stderr, status } = spawnSync(program, [...options, folder], {
      cwd: here,
      input,
      encoding: 'utf8',
      timeout: 120_000,
    })
    if (status !== 0 || stderr !== '') throw new Error(`${program} ended with ${status}: ${stderr}`)
    return stdout
      .trim()
      .split('\n')
      .map(language === 'java' ? javaAnswer : (line) => JSON.parse(line) as SnippetAnswer)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function javaPackage(name: string): string {
  return `p_${name.replaceAll('-', '_')}`
}

function javaFile(name: string, code: string): string[] {
  return [join(javaPackage(name), 'Webhook.java'), `package ${javaPackage(name)};\n`, code]
}

function javaLine({ name, entry, container, arguments: given }: SnippetJob): string {
  const fields = Object.entries(given).map(([key, value]) => {
    if (key === 'now' || (key === 'body' && typeof value === 'string')) return `${key}=${value as string}`
    const texts = typeof value === 'object' && !Array.isArray(value) ? Object.entries(value).flat() : [value].flat()
    return `${key === 'headers' ? (container ?? key) : key}=${texts.map((text) => Buffer.from(String(text)).toString('base64')).join(',')}`
  })
  return [javaPackage(name), entry, ...fields].join('\t')
}

/** A snippet in Java answers a body as text. */
function javaAnswer(line: string): SnippetAnswer {
  const [word = '', rest = ''] = line.split(/ (.*)/s)
  if (word !== 'ok') return { ok: false, error: rest }
  const result = Buffer.from(rest, 'base64').toString()
  return { ok: true, result: /^[[{]/.test(result) ? JSON.parse(result) : result }
}
