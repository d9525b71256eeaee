export { mtlsServerOptions, type MtlsServerOptions } from './options.js'
export { reloadable, type Reload, type ReloadableServer } from './reloadable.js'
