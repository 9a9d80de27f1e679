/** The lines of a stream as bytes, one after the other, whatever their encoding. */
import { invalid } from '../invalid.ts'

/** The longest line taken: what is longer is hardly made of lines. */
const lineBytesMax = 128 * 1024 * 1024

const lineFeed = 0x0a

/** Yields lines without their line feed; a last one without a line feed is a line too. */
export async function* linesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of stream) {
    let from = 0
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, from)) {
      yield pieces.length === 0
        ? chunk.subarray(from, end)
        : Buffer.concat([...pieces, chunk.subarray(from, end)])
      pieces = []
      bytes = 0
      from = end + 1
    }
    if (from === chunk.length) continue
    pieces.push(chunk.subarray(from))
    bytes += chunk.length - from
    if (bytes > lineBytesMax) throw invalid(`a line is longer than ${lineBytesMax} bytes`)
  }
  if (pieces.length > 0) yield Buffer.concat(pieces)
}
