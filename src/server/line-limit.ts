const WINDOW_MS = 60_000
const MAX_LINES = 20

/**
 * Passes on at most 20 lines a minute, so that a flood of events doesn't fill a disk.
 *
 * @param what - names the events, in the last line of a minute and in the first line after it
 * @returns a function that gets each line, or doesn't ask for it
 */
export function limitLines(
  print: (line: string) => void,
  what: string,
): (getLine: () => string) => void {
  let startMs = -Infinity
  let events = 0
  return (getLine) => {
    const now = Date.now()
    // A clock that is set back begins a new minute too.
    if (now < startMs || now - startMs >= WINDOW_MS) {
      if (events > MAX_LINES) print(`${events - MAX_LINES} ${what} were not shown`)
      startMs = now
      events = 0
    }
    events += 1
    if (events < MAX_LINES) print(getLine())
    else if (events === MAX_LINES) print(`${getLine()}; no more ${what} are shown this minute`)
  }
}
