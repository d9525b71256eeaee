import { invalidType, invalidValue } from './errors.js'

/** Checks one argument; throws a `TypeError` that names it. */
export type Assert = (what: string, value: unknown) => void

export const assertBoolean: Assert = (what, value) => {
  if (typeof value !== 'boolean') throw invalidType(what, 'a boolean', value)
}

export const assertFunction: Assert = (what, value) => {
  if (typeof value !== 'function') throw invalidType(what, 'a function', value)
}

export const assertText: Assert = (what, value) => {
  if (typeof value !== 'string') throw invalidType(what, 'a string', value)
  if (value === '') throw invalidValue(what, 'must not be empty', value)
}

export function assertIntegerBetween(least: number, most: number): Assert {
  return (what, value) => {
    if (typeof value !== 'number') throw invalidType(what, 'a number', value)
    if (!Number.isInteger(value) || value < least || value > most) {
      throw invalidValue(what, `must be a whole number from ${least} to ${most}`, value)
    }
  }
}

/** RFC 9110 5.1 and 5.6.2: a field name is a token. */
export const assertHeaderName: Assert = (what, value) => {
  assertText(what, value)
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(value as string)) {
    throw invalidValue(what, 'must be a valid HTTP header name', value)
  }
}

export function assertOneOf(names: readonly string[]): Assert {
  return (what, value) => {
    if (typeof value !== 'string') throw invalidType(what, `one of ${quote(names)}`, value)
    if (!names.includes(value)) {
      throw invalidValue(what, `must be one of ${quote(names)}${suggest(value, names)}`, value)
    }
  }
}

/**
 * Takes an options object over: checks that it has no member but the named ones, then each of its
 * members, and returns a copy without prototype. Nothing is read twice, so that what was checked is
 * what is used, and what is on Object.prototype is not an option.
 *
 * @param parent - the option that is such an object itself, if it is one
 */
export function takeOptions<Options extends object>(
  options: Options,
  asserts: Readonly<Record<string, Assert>>,
  parent?: string,
): Options {
  const given: unknown = options
  const what = parent === undefined ? 'options' : `option "${parent}"`
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw invalidType(what, 'an object', options)
  }
  const prefix = parent === undefined ? '' : `${parent}.`
  const names = Object.keys(asserts)
  const copy = Object.assign(Object.create(null), options) as Options
  for (const [name, value] of Object.entries(copy)) {
    if (!Object.hasOwn(asserts, name)) {
      throw invalidValue(
        what,
        `has no member "${name}"${suggest(name, names)}; valid are ${quote(names)}`,
        options,
      )
    }
    if (value !== undefined) asserts[name]?.(`option "${prefix}${name}"`, value)
  }
  refuseHidden(options, names, prefix)
  return copy
}

/** An option on a class or on a shared default object would silently do nothing. */
function refuseHidden(options: object, names: readonly string[], prefix: string): void {
  const own = Object.keys(options)
  const hidden = names.find(
    (name) => name in options && !own.includes(name) && !(name in Object.prototype),
  )
  if (hidden === undefined) return
  throw invalidValue(
    `option "${prefix}${hidden}"`,
    'must be an own property of the options',
    options,
  )
}

function quote(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ')
}

function suggest(typed: string, names: readonly string[]): string {
  const [nearest] = names
    .map((name) => ({ name, distance: editDistance(typed.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(2, name.length / 3))
    .sort((a, b) => a.distance - b.distance)
  return nearest === undefined ? '' : ` (did you mean '${nearest.name}'?)`
}

/** Levenshtein's distance: how many characters to add, remove or replace. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let index = 0; index < from.length; index += 1) {
    const next = [index + 1]
    for (let at = 0; at < to.length; at += 1) {
      const replaced = (row[at] as number) + (from[index] === to[at] ? 0 : 1)
      next.push(Math.min(replaced, (row[at + 1] as number) + 1, (next[at] as number) + 1))
    }
    row = next
  }
  return row[to.length] as number
}
