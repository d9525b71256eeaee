import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export type Contents = Readonly<Record<string, string>>

/** A folder with files, as a program that renews certificates leaves it. */
export interface RotatedFolder {
  readonly pathOf: (name: string) => string
  /** Replaces files as the program does. */
  readonly rotate: (contents: Contents) => void
}

const folders: string[] = []

/** Call it in `afterEach()`. */
export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
}

export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rotated-'))
  folders.push(folder)
  return folder
}

/** A volume of Kubernetes: `ca.crt` is a link to `..data/ca.crt`, and `..data` to a folder with a date. */
export function kubernetesVolume(contents: Contents): RotatedFolder {
  const folder = makeFolder()
  let generation = 0
  const rotate = (next: Contents): void => {
    const old = readdirSync(folder).filter((name) => name.startsWith('..2026'))
    generation += 1
    const data = `..2026_01_0${generation}`
    mkdirSync(join(folder, data))
    for (const [name, text] of Object.entries(next)) writeFileSync(join(folder, data, name), text)
    symlinkSync(data, join(folder, '..data_tmp'))
    renameSync(join(folder, '..data_tmp'), join(folder, '..data'))
    for (const name of old) rmSync(join(folder, name), { recursive: true })
  }
  rotate(contents)
  for (const name of Object.keys(contents)) symlinkSync(join('..data', name), join(folder, name))
  return { pathOf: (name) => join(folder, name), rotate }
}

/** certbot: `live/site/cert.pem` is a link to `../../archive/site/cert1.pem`. */
export function certbotFolder(contents: Contents): RotatedFolder {
  const folder = makeFolder()
  const pathOf = (name: string): string => join(folder, 'live', 'site', name)
  const archive = join(folder, 'archive', 'site')
  for (const path of [archive, dirname(pathOf(''))]) mkdirSync(path, { recursive: true })
  mkdirSync(pathOf('.'), { recursive: true })
  let generation = 0
  const rotate = (next: Contents): void => {
    generation += 1
    const numbered = Object.entries(next).map(([name, text]) => {
      return [name, name.replace('.', `${generation}.`), text] as const
    })
    for (const [, file, text] of numbered) writeFileSync(join(archive, file), text)
    for (const [name, file] of numbered) {
      // For a moment, there is no file.
      rmSync(pathOf(name), { force: true })
      symlinkSync(join('..', '..', 'archive', 'site', file), pathOf(name))
    }
  }
  rotate(contents)
  return { pathOf, rotate }
}

/** Files that are written to another name and renamed. */
export function renamedFiles(contents: Contents): RotatedFolder {
  const folder = makeFolder()
  const pathOf = (name: string): string => join(folder, name)
  const rotate = (next: Contents): void => {
    for (const [name, text] of Object.entries(next)) {
      writeFileSync(pathOf(`${name}.tmp`), text)
      renameSync(pathOf(`${name}.tmp`), pathOf(name))
    }
  }
  rotate(contents)
  return { pathOf, rotate }
}

/** Files that are written in place. */
export function overwrittenFiles(contents: Contents): RotatedFolder {
  const folder = makeFolder()
  const pathOf = (name: string): string => join(folder, name)
  const rotate = (next: Contents): void => {
    for (const [name, text] of Object.entries(next)) writeFileSync(pathOf(name), text)
  }
  rotate(contents)
  return { pathOf, rotate }
}
