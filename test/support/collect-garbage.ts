import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Collects objects that nothing refers to, except those that this turn of the event loop has used. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
}
