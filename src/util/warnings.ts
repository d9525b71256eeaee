const issued = new Set<string>()

/**
 * Warns once per process. Node writes the warning to standard error unless it runs with
 * `--disable-warning=CODE`.
 */
export function warnOnce(code: string, message: string, detail: string): void {
  if (issued.has(code)) return
  issued.add(code)
  process.emitWarning(message, { type: 'SecurityWarning', code, detail })
}
