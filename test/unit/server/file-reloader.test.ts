import { EventEmitter, once } from 'node:events'
import fs, { type FSWatcher } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { expect } from 'chai'
import { FileReloader } from '../../../src/server/file-reloader.js'
import { WatchedFiles } from '../../../src/server/watched-files.js'
import { removeFolders, renamedFiles } from '../../support/rotated-files.js'

/** Files whose state and contents a test decides. */
interface Script {
  readonly describe: () => string
  readonly read: () => string
}

describe('reloading files', () => {
  let events: EventEmitter
  let loaded: string[]
  let reloader: FileReloader

  beforeEach(() => {
    events = new EventEmitter()
    loaded = []
  })
  afterEach(() => {
    reloader.close()
    removeFolders()
  })

  function start(files: WatchedFiles<string>): void {
    reloader = new FileReloader(files, {
      load: ({ ca }) => loaded.push(String(ca)),
      debounceMs: 1,
      pollMs: 10,
      report: (error) => events.emit(error === null ? 'reloaded' : 'failed'),
    })
  }

  function startWith({ describe, read }: Script): void {
    const files = {
      watch: () => () => undefined,
      describe: () => Promise.resolve(describe()),
      read: () => Promise.resolve({ ca: Buffer.from(read()) }),
    }
    start(files as unknown as WatchedFiles<string>)
  }

  it('never loads what changed while it was read', async () => {
    let state = 'first'
    startWith({
      describe: () => state,
      read: () => {
        if (state === 'second') return 'second'
        state = 'second'
        return 'a part of each'
      },
    })
    await once(events, 'reloaded')
    expect(loaded).to.deep.equal(['second'])
  })

  it('does not read files again as long as they are as they were', async () => {
    let reads = 0
    let looks = 0
    startWith({
      describe: () => {
        looks += 1
        if (looks === 10) events.emit('looked often')
        return 'same'
      },
      read: () => String((reads += 1)),
    })
    await once(events, 'looked often')
    expect(reads).to.equal(1)
    expect(loaded).to.deep.equal(['1'])
  })

  it('goes on by polling, if the system stops watching a folder', async () => {
    const { watch } = fs
    const watchers: FSWatcher[] = []
    fs.watch = ((...args: Parameters<typeof watch>) => {
      const watcher = watch(...args)
      watchers.push(watcher)
      return watcher
    }) as typeof watch
    syncBuiltinESMExports()
    const folder = renamedFiles({ 'ca.pem': 'first' })
    try {
      start(new WatchedFiles({ ca: folder.pathOf('ca.pem') }))
    } finally {
      fs.watch = watch
      syncBuiltinESMExports()
    }
    await once(events, 'reloaded')
    const [watcher] = watchers as [FSWatcher]
    // once() would take the error for its own.
    const closed = new Promise((resolve) => watcher.once('close', resolve))
    // Windows does this when the folder is removed.
    watcher.emit('error', new Error('EPERM'))
    await closed
    folder.rotate({ 'ca.pem': 'second' })
    await once(events, 'reloaded')
    expect(loaded).to.deep.equal(['first', 'second'])
  })
})
