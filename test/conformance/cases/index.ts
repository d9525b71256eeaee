import type { CaseGroup } from '../support/corpus-case.js'
import { CHAIN_GROUPS } from './chains.js'
import { ENCODING_GROUPS, NAME_GROUPS, SINGLE_GROUPS } from './encodings.js'
import { EVENT_GROUPS } from './events.js'
import { PRESET_GROUPS } from './presets.js'
import { SETTING_GROUPS } from './settings.js'
import { SOCKET_GROUPS } from './socket.js'
import { TRUST_GROUPS } from './trust.js'
import { XFCC_GROUPS } from './xfcc.js'

export const CORPUS: readonly CaseGroup[] = [
  ...SOCKET_GROUPS,
  ...PRESET_GROUPS,
  ...CHAIN_GROUPS,
  ...ENCODING_GROUPS,
  ...NAME_GROUPS,
  ...SINGLE_GROUPS,
  ...XFCC_GROUPS,
  ...TRUST_GROUPS,
  ...SETTING_GROUPS,
  ...EVENT_GROUPS,
]
