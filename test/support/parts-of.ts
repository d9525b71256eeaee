/** All mutable parts of a value, at any depth: objects, lists, buffers and their memory. */
export function partsOf(value: unknown, found: Set<unknown> = new Set()): Set<unknown> {
  if (typeof value !== 'object' || value === null || found.has(value)) return found
  found.add(value)
  if (value instanceof Uint8Array) found.add(value.buffer)
  else for (const part of Object.values(value)) partsOf(part, found)
  return found
}

/** Changes all mutable parts of a value, but not the objects that it links to. */
export function spoil(value: object): void {
  if (value instanceof Uint8Array) {
    new Uint8Array(value.buffer).fill(0)
    return
  }
  for (const [key, part] of Object.entries(value) as [string, unknown][]) {
    if (typeof part === 'object' && part !== null) spoil(part)
    else (value as Record<string, unknown>)[key] = 'spoilt'
  }
  Object.assign(value, { spoilt: true })
}
