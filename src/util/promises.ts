/**
 * For a value of the application that must not be a promise. A promise is not waited for, but it must not
 * end the process when it is rejected either.
 *
 * @returns whether the value is a promise
 */
export function ignoreRejection(value: unknown): boolean {
  if (!(value instanceof Promise)) return false
  value.catch(() => undefined)
  return true
}
