import { expect, it } from 'vitest'
import { attachment, fileNameOf } from './content-disposition.ts'

it.each([
  ['attachment; filename="owner backup.zip"', 'owner backup.zip'],
  ['attachment; filename=owner.zip; x=y', 'owner.zip'],
  ['attachment;FileName = "a.zip"', 'a.zip'],
  [String.raw`attachment; filename="a\"b.zip"`, 'a"b.zip'],
  ["attachment; filename=plain.zip; filename*=UTF-8''na%C3%AFve.zip", 'naïve.zip'],
  ["attachment; filename=plain.zip; filename*=UTF-8''%ff", 'plain.zip'],
  ['attachment; filename="../../etc/passwd"', 'passwd'],
  ["attachment; filename*=UTF-8''..%2F..%2Fpasswd", 'passwd'],
  [String.raw`attachment; filename="C:\\a\\b.zip"`, 'b.zip'],
  ['attachment; filename=""', null],
  ['attachment; filename="a/"', null],
  ['attachment', null],
  [undefined, null],
])('%s', (header, name) => {
  expect(fileNameOf(header)).toBe(name)
})

it.each([
  ['owner.zip', 'attachment; filename="owner.zip"'],
  ['naïve "x".zip', `attachment; filename="na_ve _x_.zip"; filename*=UTF-8''na%C3%AFve%20%22x%22.zip`],
  ["it's (1).zip", 'attachment; filename="it\'s (1).zip"'],
  ["ö's (1)*!.zip", `attachment; filename="_'s (1)*!.zip"; filename*=UTF-8''%C3%B6%27s%20%281%29%2A%21.zip`],
  ['100%.zip', `attachment; filename="100_.zip"; filename*=UTF-8''100%25.zip`],
  ['a\\b', `attachment; filename="a_b"; filename*=UTF-8''a%5Cb`],
])('%s goes out in quotes', (name, header) => {
  expect(attachment(name)).toBe(header)
  expect(fileNameOf(header)).toBe(name.split('\\').at(-1))
})
