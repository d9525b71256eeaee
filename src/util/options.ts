import type { Parse } from './assert.js'
import { invalidType, invalidValue } from './errors.js'
import { quote, suggest } from './suggest.js'

/** How one option is checked and compiled, and the value that it has when it isn't given. */
export interface Option<Value> {
  readonly parse: Parse<Value>
  readonly default: Value
  /** A name that the value has elsewhere, so that readers may try it here too. */
  readonly otherName?: string
}

/** An option that is `undefined` unless it is given. */
export function optional<Value>(parse: Parse<Value>): Option<Value | undefined> {
  return { parse, default: undefined }
}

/** @param value - the default, as a caller would write it */
export function withDefault<Value>(parse: Parse<Value>, value: unknown): Option<Value> {
  return { parse, default: parse('default', value) }
}

/**
 * Every option under its name, in the order in which messages list them. `Compiled` has the types of
 * the values that differ from what a caller may give, because they have a default or are compiled.
 */
export type OptionTable<Names extends PropertyKey, Compiled extends object = object> = {
  readonly [Name in Names]: Option<Name extends keyof Compiled ? Compiled[Name] : unknown>
}

export type OptionValues<Options extends object, Compiled extends object = object> = Omit<
  Options,
  keyof Compiled
> &
  Compiled

/** Neither object has a prototype, so that nothing on Object.prototype is an option. */
export interface ParsedOptions<Options extends object, Compiled extends object = object> {
  /** A copy of the options as the caller gave them. */
  readonly given: Options
  /** All options of the table: the compiled value, the default, or `undefined`. */
  readonly values: OptionValues<Options, Compiled>
}

/**
 * Parses an options object: rejects a member that the table doesn't have, and parses the others in the
 * order in which they are given. Each is read once, so that the value that was checked is also used.
 *
 * @param parent - the name of the option whose value is this object, if it is one
 */
export function parseOptions<Options extends object, Compiled extends object = object>(
  options: Options,
  table: OptionTable<keyof Options, Compiled>,
  parent?: string,
): ParsedOptions<Options, Compiled> {
  assertObject(options, parent)
  const known = listOptions(table)
  const prefix = parent === undefined ? '' : `${parent}.`
  const given = Object.assign(Object.create(null), options) as Options
  const values = Object.create(null) as Record<string, unknown>
  for (const [name, option] of known) values[name] = option.default
  for (const [name, value] of Object.entries(given)) {
    const option = known.get(name)
    if (option === undefined) throw unknownOption(name, known, options, parent)
    if (value !== undefined) values[name] = option.parse(`option "${prefix}${name}"`, value)
  }
  forbidHidden(options, known, prefix)
  return { given, values: values as OptionValues<Options, Compiled> }
}

const listed = new WeakMap<object, ReadonlyMap<string, Option<unknown>>>()

/** Lists a table once, because some options are parsed on each request. */
function listOptions(table: object): ReadonlyMap<string, Option<unknown>> {
  const known =
    listed.get(table) ?? new Map(Object.entries(table as Record<string, Option<unknown>>))
  listed.set(table, known)
  return known
}

function assertObject(options: unknown, parent: string | undefined): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalidType(describe(parent), 'an object', options)
  }
}

function describe(parent: string | undefined): string {
  return parent === undefined ? 'options' : `option "${parent}"`
}

function unknownOption(
  name: string,
  known: ReadonlyMap<string, Option<unknown>>,
  options: object,
  parent: string | undefined,
): TypeError {
  const names = [...known.keys()]
  const meant = names.find((one) => known.get(one)?.otherName === name)
  const hint = meant === undefined ? suggest(name, names) : ` (pass it as '${meant}')`
  const problem = `has no member "${name}"${hint}; valid are ${quote(names)}`
  return invalidValue(describe(parent), problem, options)
}

/** An option on a class or on a shared default object would silently do nothing. */
function forbidHidden(
  options: object,
  known: ReadonlyMap<string, Option<unknown>>,
  prefix: string,
): void {
  const own = Object.keys(options)
  for (const name of known.keys()) {
    if (!(name in options) || own.includes(name) || name in Object.prototype) continue
    const problem = 'must be an own property of the options'
    throw invalidValue(`option "${prefix}${name}"`, problem, options)
  }
}
