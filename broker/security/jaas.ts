/**
 * Reads the one entry of Java's login configuration that Kafka's properties hold:
 *
 *     org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="secret" user_bob="other";
 *
 * No class is ever loaded by the name that is there (CVE-2023-25194 is what came of that): it must be Kafka's own module of the
 * mechanism, and any other is refused, as what it would check is not checked here.
 */

/** The options, or a sentence on what is wrong; never a value, which may be a password. */
export function readJaas(
  text: string,
  module: string,
): ReadonlyMap<string, string> | { readonly refusal: string } {
  const entry = /^\s*([\w.$]+)\s+(?:required|requisite|sufficient|optional)\b(.*);\s*$/is.exec(text)
  if (entry === null) return { refusal: `must be: ${module} required NAME="VALUE" ... ;` }
  if (entry[1] !== module) return { refusal: `must name ${module}, no other class` }
  const options = new Map<string, string>()
  const option = /\s*([\w.-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s";]+))/y
  const rest = entry[2]!.trimEnd()
  while (option.lastIndex < rest.length) {
    const at = option.lastIndex
    const [, name, quoted, plain] = option.exec(rest) ?? []
    if (name === undefined)
      return { refusal: `has something at letter ${at} of its options that is not NAME="VALUE"` }
    options.set(name, quoted?.replaceAll(/\\(.)/gs, '$1') ?? plain!)
  }
  return options
}

/** The users of PLAIN: each option `user_NAME` is a password. */
export function usersOf(options: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const users = new Map<string, string>()
  for (const [name, value] of options) {
    if (name.startsWith('user_')) users.set(name.slice('user_'.length), value)
  }
  return users
}
