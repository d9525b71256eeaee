/** Lists names as a message shows them. */
export function quote(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ')
}

/** A hint at the name that was probably meant; empty where none is close to `typed`. */
export function suggest(typed: string, names: readonly string[]): string {
  const [nearest] = names
    .map((name) => ({ name, distance: editDistance(typed.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(2, name.length / 3))
    .sort((a, b) => a.distance - b.distance)
  return nearest === undefined ? '' : hint(nearest.name)
}

/**
 * A hint at one of the names, for options that may have any other name too. Names with less than 9
 * characters may differ in one of them, longer ones in two; case is ignored.
 *
 * @returns an empty string if the name is right, or far from all of them
 */
export function suggestNear(typed: string, names: readonly string[]): string {
  if (names.includes(typed)) return ''
  const near = names.find((name) => {
    return editDistance(typed.toLowerCase(), name.toLowerCase()) <= (name.length < 9 ? 1 : 2)
  })
  return near === undefined ? '' : hint(near)
}

function hint(name: string): string {
  return ` (did you mean '${name}'?)`
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
