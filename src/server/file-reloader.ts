import { digestContents, type WatchedFiles } from './watched-files.js'

export type Load = (contents: Record<string, Buffer>) => unknown

export interface ReloaderOptions {
  readonly load: Load
  readonly debounceMs: number
  readonly pollMs: number
  /** @param error - `null` if the files were loaded */
  readonly report: (error: Error | null) => void
}

/** Loads files whenever their contents have changed, and tries again after each failure. */
export class FileReloader {
  readonly #files: WatchedFiles<string>
  readonly #options: ReloaderOptions
  readonly #unwatch: () => void
  #timer: NodeJS.Timeout | undefined
  /** Whether the timer runs because of a change. */
  #isSoon = false
  #isLooking = false
  #isClosed = false
  /** The last description of the files, which may be in the middle of a change. */
  #seen: string | undefined
  /** The description and the contents that were loaded last. */
  #loaded: { readonly state: string; readonly digest: string } | undefined
  /** The message of the failure that was reported, until a load succeeds. */
  #failure: string | undefined

  constructor(files: WatchedFiles<string>, options: ReloaderOptions) {
    this.#files = files
    this.#options = options
    this.#unwatch = files.watch(() => {
      this.#lookSoon()
    })
    this.#lookSoon()
  }

  close(): void {
    this.#isClosed = true
    this.#unwatch()
    clearTimeout(this.#timer)
  }

  /** Doesn't put off a look that is due, because some folders change all the time. */
  #lookSoon(): void {
    if (this.#isSoon) return
    this.#isSoon = true
    if (!this.#isLooking) this.#wait(this.#options.debounceMs)
  }

  #wait(ms: number): void {
    clearTimeout(this.#timer)
    if (this.#isClosed) return
    this.#timer = setTimeout(() => void this.#look(), ms).unref()
  }

  async #look(): Promise<void> {
    this.#isSoon = false
    this.#isLooking = true
    const isDone = await this.#loadIfChanged()
    this.#isLooking = false
    this.#isSoon ||= !isDone
    this.#wait(this.#isSoon ? this.#options.debounceMs : this.#options.pollMs)
  }

  /** @returns `false` while the files are changing */
  async #loadIfChanged(): Promise<boolean> {
    const state = await this.#files.describe()
    // A bundle of which only a part was written may be a valid bundle, so nothing must change for a while.
    if (state !== this.#seen) {
      this.#seen = state
      return false
    }
    if (state === this.#loaded?.state && this.#failure === undefined) return true
    try {
      const contents = await this.#files.read()
      if (state !== (await this.#files.describe())) return false
      await this.#load(contents, state)
    } catch (error) {
      this.#fail(error)
    }
    return true
  }

  async #load(contents: Record<string, Buffer>, state: string): Promise<void> {
    const digest = digestContents(contents)
    const isNew = digest !== this.#loaded?.digest
    if (isNew) await this.#options.load(contents)
    const isNews = isNew || this.#failure !== undefined
    this.#loaded = { state, digest }
    this.#failure = undefined
    if (isNews) this.#report(null)
  }

  #fail(thrown: unknown): void {
    const error =
      thrown instanceof Error ? thrown : new Error('loading files failed', { cause: thrown })
    if (error.message === this.#failure) return
    this.#failure = error.message
    this.#report(error)
  }

  #report(error: Error | null): void {
    if (!this.#isClosed) this.#options.report(error)
  }
}
