/** Reads the data of server-sent events, each a JSON text. Ends with the stream. */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncIterable<unknown> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true })
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
      const data = rest
        .slice(0, end)
        .split('\n')
        .filter((line) => line.startsWith('data:'))
        .map((line) => line.slice(5).trimStart())
      rest = rest.slice(end + 2)
      if (data.length > 0) yield JSON.parse(data.join('\n'))
    }
  }
}
