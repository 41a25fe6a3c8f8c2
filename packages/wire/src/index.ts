/**
 * Webhook wire formats as data: one definition signs, sends, reads and verifies. Begin with `dialect.ts`.
 */
export type * from './dialect.ts'
export { dialects } from './dialects/index.ts'
export { dialect, type DialectLike } from './compile/to-compiled.ts'
export { compile } from './compile/compile.ts'
export type { CompiledDialect } from './compile/compiled-dialect.ts'
export { dialectForKey } from './definition/kinds-of-key.ts'
export { parseDialect } from './definition/parse-dialect.ts'
export { parseBounded, type Parsed } from './json/parse.ts'
export {
  bodyBounds,
  compact,
  payloadBounds,
  scan,
  type Bounds,
  type Member,
  type Scan,
  type Span,
} from './json/scan.ts'
export { documentDialect, type DocumentOptions } from './document/document.ts'
export type { DocumentSample } from './document/worked-example.ts'
export * as markdown from './document/markdown.ts'
export { indentJson } from './json/indent.ts'
export { nearestWord } from './text/nearest-word.ts'
export { jsonWithHiddenEscaped, withHiddenShown } from './text/hidden.ts'
export { publicKeyOf } from './sign/public-key.ts'
export { secondaryProblem, withSecondary } from './sign/secondary.ts'
export {
  snippet,
  snippetLanguages,
  type Snippet,
  type SnippetLanguage,
  type SnippetParameter,
} from './snippets/snippet.ts'
export { sign, type SignOptions } from './sign/sign.ts'
export { takenParameter } from './sign/taken-parameter.ts'
export type { RequestLike } from './verify/read-request.ts'
export { verify, verifySync } from './verify/verify.ts'
export type { VerifyOptions, VerifyResult } from './verify/verify-options.ts'
export { isHeaderName, isTransportHeader, type HeadersLike } from './text/headers.ts'
export { sentUrl, type SentUrl } from './text/sent-url.ts'
export { latestTimeMs } from './text/time.ts'
export { WireError, type Problem, type VerifyErrorCode, type WireErrorCode } from './errors.ts'
export {
  idFromBase62,
  idFromUuid,
  idToBase62,
  idToUuid,
  messagePrefix,
  newId,
  parseId,
  random47,
  type IdParts,
} from './text/id.ts'
