/** Runs programs to their end and answers what they print. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** The standard output of a program; its errors go to ours. Rejects when it fails. */
export async function capture(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  // 'exit', not 'close': a daemon that the program leaves behind keeps the pipe open.
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  await new Promise(resolve => setTimeout(resolve, 50))
  if (code !== 0) throw new Error(`${program} ${args.slice(-4).join(' ')} ended with ${code ?? signal}`)
  return output
}
