/**
 * Whom a certificate names, as Java writes it (RFC 2253): what principals, rules and super users of Apache Kafka are written for.
 *
 *     CN=alice,OU=users,O=Millrace           the innermost part first
 *     1.2.840.113549.1.9.1=#1603614062       parts that RFC 2253 has no keyword for: their OID, and the value in DER
 *
 * OpenSSL, and so Node, writes such parts by keywords of its own (`emailAddress=a@b`); so the name is read off the certificate.
 */
import { derContent, derParts, derTags, derValues, type DerValue } from './der.ts'

const { oid, sequence, context0 } = derTags
const set = 0x31

const keywords: ReadonlyMap<string, string> = new Map([
  ['2.5.4.3', 'CN'],
  ['2.5.4.6', 'C'],
  ['2.5.4.7', 'L'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.9', 'STREET'],
  ['2.5.4.10', 'O'],
  ['2.5.4.11', 'OU'],
  ['0.9.2342.19200300.100.1.25', 'DC'],
  ['0.9.2342.19200300.100.1.1', 'UID'],
])

/** How the kinds of text are read: UTF-8, printable, IA5, T61, general, and UTF-16. */
const texts: ReadonlyMap<number, 'utf8' | 'latin1' | 'utf16'> = new Map([
  [0x0c, 'utf8'],
  [0x13, 'latin1'],
  [0x16, 'latin1'],
  [0x14, 'latin1'],
  [0x1b, 'latin1'],
  [0x1e, 'utf16'],
])

/** The subject of a certificate in DER. Throws a `RangeError` if there is none to be read. */
export function subjectOf(certificate: Uint8Array): string {
  const signed = derParts(derParts(derValues(certificate)[0], sequence)[0], sequence)
  // The version comes first and may be left out; then serial number, algorithm, issuer, validity and subject.
  const subject = signed[signed[0]?.tag === context0 ? 5 : 4]
  return derParts(subject, sequence)
    .map(part => derParts(part, set).map(attribute).join('+'))
    .reverse()
    .join(',')
}

function attribute(pair: DerValue): string {
  const [type, value] = derParts(pair, sequence)
  const name = dotted(derContent(type, oid))
  const keyword = keywords.get(name)
  const kind = value === undefined ? undefined : texts.get(value.tag)
  if (value === undefined) throw new RangeError('a part of the name has no value')
  if (keyword === undefined || kind === undefined)
    return `${name}=#${Buffer.from(encoded(value)).toString('hex')}`
  const bytes = Buffer.from(value.content)
  const text = kind === 'utf16' ? bytes.swap16().toString('utf16le') : bytes.toString(kind)
  return `${keyword}=${escaped(text)}`
}

function escaped(text: string): string {
  return text
    .replaceAll(/[,=+<>#;"\\]/g, '\\$&')
    .replaceAll('\0', '\\00')
    .replaceAll(/^ +| +$/g, spaces => '\\ '.repeat(spaces.length))
}

function encoded({ tag, content }: DerValue): Uint8Array {
  const { length } = content
  const long = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  if (length > 0xffff) throw new RangeError('a part of the name is too long')
  return new Uint8Array([tag, ...(length < 0x80 ? [length] : long), ...content])
}

function dotted(bytes: Uint8Array): string {
  const numbers: number[] = []
  let number = 0
  for (const byte of bytes) {
    number = number * 128 + (byte & 0x7f)
    if (byte >= 0x80) continue
    numbers.push(number)
    number = 0
  }
  const [both = 0, ...rest] = numbers
  const first = Math.min(2, Math.trunc(both / 40))
  return [first, both - 40 * first, ...rest].join('.')
}
