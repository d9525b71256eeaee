/**
 * Names what the application's code threw, without its message, which may hold anything. Never throws,
 * although the value may have members that do.
 */
export function nameOfThrown(thrown: unknown): string {
  try {
    if (!(thrown instanceof Error)) return `a value of the type ${typeof thrown}`
    const { name }: { readonly name: unknown } = thrown.constructor
    return String(name)
  } catch {
    return 'an error without a class'
  }
}
