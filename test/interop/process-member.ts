/** A group member that is a process of its own: it prints the values it is given, one per line; SIGTERM lets it leave. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Member } from './client.ts'

export class ProcessMember implements Member {
  readonly #child: ChildProcess
  #text = ''
  #stderr = ''

  constructor(command: string, args: readonly string[]) {
    this.#child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.#text += text))
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text))
  }

  async seen(): Promise<readonly string[]> {
    if (this.#child.exitCode !== null) throw new Error(`the member has ended: ${this.#stderr}`)
    return this.#text.split('\n').slice(0, -1)
  }

  leave(): Promise<void> {
    return this.#end('SIGTERM')
  }

  crash(): Promise<void> {
    return this.#end('SIGKILL')
  }

  /** What was seen stays askable, as of one that crashed. */
  async #end(signal: NodeJS.Signals): Promise<void> {
    const ended = once(this.#child, 'close')
    this.#child.kill(signal)
    await ended
    this.seen = async () => this.#text.split('\n').slice(0, -1)
  }
}

/** A member that is a program beside this file, in TypeScript. */
export function scriptMember(script: string, args: readonly string[]): ProcessMember {
  const file = fileURLToPath(new URL(script, import.meta.url))
  return new ProcessMember(process.execPath, ['--import', 'tsx', file, ...args])
}
