import { measureAllocation, type Way } from '../../test/support/allocation.js'
import type { Outcome } from '../results.js'
import { KEY_TYPES, type Pki } from '../support/pki.js'

const WAYS: readonly Way[] = ['strategy', 'middleware']

/** Measures the memory that one request allocates if its connection has been seen before. */
export function measureAllocations({ clients }: Pki): Outcome {
  return {
    sections: [
      {
        title: 'Memory that a request allocates',
        about:
          'Bytes for one request over a TLS connection that is kept alive, measured in a separate process. V8 ' +
          'optimizes some objects away, so the bytes on the heap vary by a tenth. Without optimizing compilers, ' +
          'they are always the same. The buffers hold the copy of the certificate and of its key.',
        head: ['key', 'through', 'heap', 'heap, not optimized', 'buffers'],
        rows: KEY_TYPES.flatMap((keyType) => {
          const { raw } = clients[keyType]
          const [optimized, plain] = [measureAllocation(raw, true), measureAllocation(raw, false)]
          return WAYS.map((way) => [
            keyType,
            `the ${way}`,
            optimized[way].heapBytes.toFixed(0),
            { value: plain[way].heapBytes, target: `${way}Bytes` as const },
            String(plain[way].bufferBytes),
          ])
        }),
      },
    ],
  }
}
