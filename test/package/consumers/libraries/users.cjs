// The users in every database of this test. `alice` is enabled and `mallory` isn't; `eve` has a
// certificate, but isn't a user.
exports.USERS = [
  { cn: 'alice', enabled: true },
  { cn: 'mallory', enabled: false },
]
