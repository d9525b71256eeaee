// Counts the characters, bytes and elements that native functions read. It wraps all native
// functions, not only those that the code uses today, so that it also counts the functions that the
// code uses tomorrow.
import { Hash } from 'node:crypto'

type Weight = (self: unknown, args: readonly unknown[], result: unknown) => number

const TypedArray = Object.getPrototypeOf(Uint8Array) as typeof Uint8Array

const OWNERS: readonly object[] = [
  ...[String, Array, TypedArray, Buffer].flatMap<object>((type) => [
    type,
    type.prototype as object,
  ]),
  ...[RegExp.prototype, TextDecoder.prototype, TextEncoder.prototype, Hash.prototype],
  ...[JSON, Object, Number, Date],
]
const GLOBALS: readonly string[] = [
  ...['decodeURIComponent', 'decodeURI', 'encodeURIComponent', 'encodeURI', 'escape', 'unescape'],
  ...['parseInt', 'parseFloat', 'atob', 'btoa', 'structuredClone'],
]

/** For a function without its own weight: the sizes of its arguments and its result. */
const everything: Weight = (self, args, result) =>
  args.reduce<number>((sum, value) => sum + sizeOf(value), sizeOf(self) + sizeOf(result))
const nothing: Weight = () => 0
const argument: Weight = (_self, [value]) => sizeOf(value)
const outcome: Weight = (_self, _args, result) => sizeOf(result)
/** The characters from the start of a search to its end. */
const untilFound: Weight = (self, [wanted, from]) => {
  const start = typeof from === 'number' ? from : 0
  const at = (self as string).indexOf(wanted as string, start)
  return at === -1 ? Math.max(sizeOf(self) - start, 0) : at - start + sizeOf(wanted)
}

const WEIGHTS = new Map<string | symbol, Weight>([
  ...['at', 'charAt', 'charCodeAt', 'codePointAt', 'pop', 'push', 'subarray'].map(
    weighing(nothing),
  ),
  ...['startsWith', 'endsWith'].map(weighing(argument)),
  ...['slice', 'substring'].map(weighing(outcome)),
  ...['indexOf', 'includes'].map(weighing(untilFound)),
])

function weighing(weight: Weight): (name: string) => [string, Weight] {
  return (name) => [name, weight]
}

function sizeOf(value: unknown): number {
  const hasSize = typeof value === 'string' || Array.isArray(value) || value instanceof Uint8Array
  return hasSize ? value.length : 0
}

let isCounting = false
let total = 0

/** The number of characters, bytes and elements that native functions read during a task. */
export function countNatives(task: () => unknown): number {
  total = 0
  isCounting = true
  try {
    task()
  } finally {
    isCounting = false
  }
  return total
}

function replace(owner: object, name: string | symbol): void {
  const descriptor = Object.getOwnPropertyDescriptor(owner, name)
  const original = descriptor?.value as unknown
  if (typeof original !== 'function' || name === 'constructor') return
  const weight = WEIGHTS.get(name) ?? everything
  const counting = function (this: unknown, ...args: unknown[]): unknown {
    if (!isCounting) return Reflect.apply(original, this, args)
    isCounting = false
    const takesCallback = args.some((value) => typeof value === 'function')
    try {
      // Calls inside a native function are part of it, but calls inside its callback aren't.
      isCounting = takesCallback
      const result = Reflect.apply(original, this, args) as unknown
      isCounting = false
      // The counters of the blocks in the callback show how often it was called.
      total += takesCallback ? sizeOf(result) : weight(this, args, result)
      return result
    } finally {
      isCounting = true
    }
  }
  Object.defineProperty(owner, name, { ...descriptor, value: counting })
}

for (const owner of OWNERS) for (const name of Reflect.ownKeys(owner)) replace(owner, name)
for (const name of GLOBALS) replace(globalThis, name)
