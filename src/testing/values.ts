import type { Parse } from '../util/assert.js'
import { invalidType, kindOf } from '../util/errors.js'

/** Doesn't show the value, which may hold a private key. */
export const parseObject: Parse<object> = (name, value) => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw invalidType(name, 'an object', kindOf(value))
}

/** Parses every item of a list. Not `map()`, which skips the gaps of a sparse array. */
export function parseItems<Item>(
  name: string,
  values: readonly unknown[],
  parse: Parse<Item>,
): Item[] {
  return Array.from(values, (item, index) => parse(`${name}[${index}]`, item))
}
