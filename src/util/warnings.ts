const issued = new Set<string>()

/**
 * Warns once per process, on standard error unless the application listens for `warning` events or
 * runs with `--disable-warning=CODE`.
 */
export function warnOnce(code: string, message: string, detail: string): void {
  if (issued.has(code)) return
  issued.add(code)
  process.emitWarning(message, { type: 'SecurityWarning', code, detail })
}
