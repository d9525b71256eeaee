/** Not `Promise.prototype`: the application may have replaced the global `Promise`, as with Bluebird. */
const builtIn = Object.getPrototypeOf((async () => await (null as unknown))()) as object
const builtInThen = Reflect.get(builtIn, 'then') as (...handlers: unknown[]) => unknown

/**
 * Listens to a promise of the JavaScript engine without running any code of the promise's class.
 *
 * A subclass may start a query when its `then` is called, as that of postgres.js does. The built-in
 * `then` instead would call the subclass's constructor, so the promise has the built-in prototype
 * while that call takes. A promise that can't be changed in this way isn't listened to.
 *
 * @param promise - for which `util.types.isPromise()` is true
 */
export function listenToNativePromise(
  promise: Promise<unknown>,
  onFulfilled: (value: unknown) => void,
  onRejected: (reason: unknown) => void,
): void {
  const own = Object.getOwnPropertyDescriptor(promise, 'constructor')
  const isPlain = own === undefined || Reflect.deleteProperty(promise, 'constructor')
  if (!isPlain) return
  const prototype = Object.getPrototypeOf(promise) as object | null
  if (Reflect.setPrototypeOf(promise, builtIn)) {
    Reflect.apply(builtInThen, promise, [onFulfilled, onRejected])
    Reflect.setPrototypeOf(promise, prototype)
  }
  if (own !== undefined) Reflect.defineProperty(promise, 'constructor', own)
}
