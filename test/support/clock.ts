const { now } = Date

/** Turns the clock that applications read; neither OpenSSL nor Node's timers look at it. */
export function turnClock(byMs: number): void {
  Date.now = () => now() + byMs
}

/** For an `afterEach`. */
export function restoreClock(): void {
  Date.now = now
}
