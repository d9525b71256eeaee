/**
 * Starts an audit hook after the current decision has been carried out, and keeps whatever it
 * throws or rejects with away from the request.
 */
export function runHook<Args extends unknown[]>(
  name: string,
  hook: ((...args: Args) => unknown) | undefined,
  ...args: Args
): void {
  if (hook === undefined) return
  // Inside a promise, a throw, a rejection and a thenable's trap all end in the same place.
  Promise.resolve()
    .then(() => hook(...args))
    .catch((error: unknown) => {
      console.error(`passport-client-certificate-auth: ${name} failed:`, error)
    })
    .catch(() => {
      // Printing an object can run the object's code, which may throw.
      console.error(`passport-client-certificate-auth: ${name} failed with something unprintable`)
    })
}
