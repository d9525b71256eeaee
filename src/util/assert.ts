import { invalidType, invalidValue } from './errors.js'
import { quote, suggest } from './suggest.js'

/**
 * Checks an argument or an option, and returns its value or what that is compiled to.
 *
 * @param name - as the message of the `TypeError` shows it
 */
export type Parse<Value = unknown> = (name: string, value: unknown) => Value

export const assertBoolean: Parse<boolean> = (name, value) => {
  if (typeof value !== 'boolean') throw invalidType(name, 'a boolean', value)
  return value
}

/** Typed as `unknown`, because nothing can check which parameters a function has. */
export const assertFunction: Parse = (name, value) => {
  if (typeof value !== 'function') throw invalidType(name, 'a function', value)
  return value
}

export const assertText: Parse<string> = (name, value) => {
  if (typeof value !== 'string') throw invalidType(name, 'a string', value)
  if (value === '') throw invalidValue(name, 'must not be empty', value)
  return value
}

export function assertIntegerBetween(min: number, max: number): Parse<number> {
  return (name, value) => {
    if (typeof value !== 'number') throw invalidType(name, 'a number', value)
    if (!Number.isInteger(value) || value < min || value > max) {
      throw invalidValue(name, `must be a whole number from ${min} to ${max}`, value)
    }
    return value
  }
}

/** RFC 9110 5.1 and 5.6.2: a field name is a token. */
export const assertHeaderName: Parse<string> = (name, value) => {
  const header = assertText(name, value)
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(header)) {
    throw invalidValue(name, 'must be a valid HTTP header name', value)
  }
  return header
}

export function assertOneOf(valid: readonly string[]): Parse<string> {
  return (name, value) => {
    if (typeof value !== 'string') throw invalidType(name, `one of ${quote(valid)}`, value)
    if (!valid.includes(value)) {
      throw invalidValue(name, `must be one of ${quote(valid)}${suggest(value, valid)}`, value)
    }
    return value
  }
}
