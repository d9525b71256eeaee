/**
 * For a value of the application that must not be a promise. A promise is not waited for, but it must not
 * end the process when it is rejected either.
 */
export function ignoreRejection(value: unknown): void {
  if (value instanceof Promise) value.catch(() => undefined)
}
