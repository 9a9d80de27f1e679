/** How far are we? A bar with rate and time left on a terminal, a plain line every few seconds otherwise. */
import { Presets, SingleBar } from 'cli-progress'

/** Shows how many of `total` are done. */
export interface Progress {
  readonly update: (done: number) => void
  readonly stop: () => void
}

/** Milliseconds between two plain lines. */
const lineIntervalMs = 2000

export function showProgress(label: string, total: number, output = process.stderr): Progress {
  return output.isTTY ? terminalBar(label, total, output) : plainLines(label, total, output)
}

function terminalBar(label: string, total: number, stream: NodeJS.WriteStream): Progress {
  const format = `${label.padEnd(10)} [{bar}] {percentage} % | {value}/{total} | {rate} records/s | ETA {eta_formatted}`
  const bar = new SingleBar({ format, stream, hideCursor: true, etaBuffer: 100 }, Presets.shades_classic)
  const started = Date.now()
  bar.start(total, 0, { rate: '-' })
  return {
    update: done => bar.update(done, { rate: rateSince(started, done) }),
    stop: () => bar.stop(),
  }
}

function plainLines(label: string, total: number, stream: NodeJS.WriteStream): Progress {
  const started = Date.now()
  let lastLine = started
  let latest = 0
  const print = (): void => {
    const seconds = (Date.now() - started) / 1000
    const eta = latest === 0 ? '-' : `${Math.ceil(((total - latest) * seconds) / latest)} s`
    const percent = total === 0 ? 100 : Math.floor((latest / total) * 100)
    stream.write(
      `${label} ${latest}/${total} (${percent} %), ${rateSince(started, latest)} records/s, ETA ${eta}\n`,
    )
  }
  return {
    update(done) {
      latest = done
      if (Date.now() - lastLine < lineIntervalMs) return
      lastLine = Date.now()
      print()
    },
    stop: print,
  }
}

function rateSince(started: number, done: number): string {
  return Math.round((done * 1000) / Math.max(1, Date.now() - started)).toLocaleString('en')
}
