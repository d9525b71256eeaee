const { now } = Date

/** Changes the time that Date.now() returns. OpenSSL and Node's timers ignore it. */
export function turnClock(byMs: number): void {
  Date.now = () => now() + byMs
}

/** Call it in `afterEach()`. */
export function restoreClock(): void {
  Date.now = now
}
