import { type Judge, openHandshake, openLibcrypto } from './judges.js'

/** The judges that this machine has. Prints why the others can't be asked. */
export async function openJudges(): Promise<Judge[]> {
  const opened = [
    ['half handshake', await openHandshake()],
    ['libcrypto', await openLibcrypto()],
  ] as const
  const judges: Judge[] = []
  for (const [name, judge] of opened) {
    if (typeof judge === 'string') console.log(`NOT RUN: ${name}: ${judge}`)
    else judges.push(judge)
  }
  if (judges.length === 0) throw new Error('No judge can be asked, so the oracle has not been run')
  return judges
}
