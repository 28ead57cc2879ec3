// The frames of docs/protocol.md. Written by tools/frame_types.py from the server's own structs: do not edit.

export interface AccountState {
  id: string;
  name: string;
  display_name: string;
  role: string;
  registered: boolean;
  state: string;
  created: number;
  seen: number;
  suspended?: number;
}

export interface AccountsTold {
  op: "accounts";
  accounts: AccountState[];
  more?: boolean;
  ref?: string;
}

export interface Ack {
  op: "ack";
  cid: string;
  room: string;
  seq: number;
  id: string;
  ts: number;
}

export interface Arrange {
  op: "arrange";
  cid: string;
  rooms: string[];
}

export interface Arranged {
  kind: "arranged";
  rooms: string[];
}

export interface Audit {
  op: "audit";
  ref?: string | null;
  after?: number | null;
  limit?: number;
}

export interface Audited {
  kind: "audit";
  act: string;
  person?: Author;
  room?: RoomName;
  detail?: string;
  change?: Change;
}

export interface Author {
  id: string;
  name: string;
}

export interface AvatarSet {
  kind: "avatar";
  file?: string;
}

export interface Ban {
  op: "ban";
  cid: string;
  who: string;
  room?: string | null;
  seconds?: number | null;
  reason?: string;
}

export interface Banned {
  kind: "ban";
  person?: Author;
  pattern?: string;
  reason?: string;
  until?: number;
}

export interface Bans {
  op: "bans";
  bans: Held[];
  room?: string;
  ref?: string;
}

export interface Block {
  op: "block";
  cid: string;
  user: string;
}

export interface BlockList {
  op: "blocked";
  people: Author[];
  ref?: string;
}

export interface Blocked {
  kind: "block";
  person: Author;
}

export interface Bye {
  op: "bye";
  reason: string;
  retry_after?: number;
}

export interface Change {
  name: string;
  before: boolean | number | number | string;
  value: boolean | number | number | string;
}

export interface ChangePassword {
  op: "password";
  cid: string;
  old: string;
  password: string;
}

export interface CommandHelp {
  usage: string;
  does: string;
  also: string[];
}

export interface Configure {
  op: "configure";
  cid: string;
  name: string;
  value?: boolean | number | number | string | null;
}

export interface ContactSet {
  kind: "contact";
  guests: boolean;
}

export interface CreateRoom {
  op: "create";
  cid: string;
  name: string;
  closed?: boolean;
  topic?: string;
}

export interface Created {
  kind: "created";
  room_kind: string;
  name?: string;
  topic?: string;
  members?: Author[];
}

export interface CredentialState {
  id: string;
  kind: string;
  name: string;
  scopes: string[];
  created: number;
  seen: number;
  address: string;
  expires?: number;
  live?: boolean;
  mine?: boolean;
}

export interface CredentialsTold {
  op: "credentials";
  credentials: CredentialState[];
  ref?: string;
}

export interface Cursors {
  epoch: string;
  rooms: Record<string, number>;
}

export interface DeleteMessage {
  op: "delete";
  cid: string;
  room: string;
  seq?: number | null;
}

export interface DeleteRoom {
  op: "delete_room";
  cid: string;
  room: string;
}

export interface Deleted {
  kind: "delete";
  target: number;
}

export interface Departed {
  kind: "departed";
  room: RoomName;
}

export interface DisplayNamed {
  kind: "display";
  name: string;
}

export interface EditMessage {
  op: "edit";
  cid: string;
  room: string;
  text: string;
  seq?: number | null;
}

export interface Edited {
  kind: "edit";
  target: number;
  text: string;
  deleted?: boolean;
}

export interface Entered {
  kind: "entered";
  room: RoomName;
}

export interface Entry {
  op: "entry";
  room: string;
  seq: number;
  id: string;
  ts: number;
  author: Author;
  body: AnyBody;
  cid?: string;
}

export interface Erase {
  op: "erase";
  cid: string;
  user: string;
}

export interface Erased {
  kind: "erased";
  person: Author;
}

export interface Fetch {
  op: "fetch";
  ref?: string | null;
  room: string;
  after: number;
  limit?: number;
}

export interface FiguresTold {
  op: "figures";
  version: string;
  since: number;
  now: number;
  sessions: Record<string, number>;
  online: number;
  accounts: number;
  guests: number;
  rooms: Record<string, number>;
  entries: number;
  messages: number;
  commits: number;
  commit_seconds: number;
  refusals: number;
  defects: number;
  waiting: number;
  backlog: number;
  store: number;
  wal: number;
  free: number;
  files?: number;
  file_bytes?: number;
  memory?: number;
  paused?: number;
  ref?: string;
}

export interface File {
  id: string;
  name: string;
  size: number;
  type: string;
  width?: number;
  height?: number;
  preview?: boolean;
  blurhash?: string;
}

export interface FileKey {
  op: "file_key";
  key: string;
  expires: number;
  ref?: string;
}

export interface FileTold {
  seq: number;
  ts: number;
  author: Author;
  file: File;
}

export interface FilesTold {
  op: "files";
  room: string;
  files: FileTold[];
  more?: boolean;
  ref?: string;
}

export interface GiveServerRole {
  op: "server_role";
  cid: string;
  user: string;
  role: string;
}

export interface GotInvitation {
  kind: "invited";
  room: RoomName;
}

export interface Grant {
  op: "role";
  cid: string;
  room: string;
  user: string;
  role: string;
}

export interface Granted {
  kind: "role";
  person: Author;
  role: string;
}

export interface Heads {
  op: "heads";
  rooms: Record<string, number>;
}

export interface Held {
  act: string;
  who: string;
  by: string;
  since: number;
  reason?: string;
  until?: number;
}

export interface Hello {
  op: "hello";
  name?: string | null;
  secret?: string | null;
  password?: string | null;
  token?: string | null;
  link?: string | null;
  cursors?: Cursors | null;
  client?: string;
}

export interface Help {
  op: "help";
  ref?: string | null;
}

export interface HelpText {
  op: "help";
  commands: CommandHelp[];
  ref?: string;
}

export interface History {
  op: "history";
  ref?: string | null;
  room: string;
  before?: number | null;
  after?: number | null;
  since?: number | null;
  limit?: number;
}

export interface Invite {
  op: "invite";
  cid: string;
  room: string;
  user: string;
}

export interface Invited {
  kind: "invite";
  person: Author;
}

export interface IsTyping {
  op: "typing";
  room: string;
  person: Author;
}

export interface Item {
  seq: number;
  id: string;
  ts: number;
  author: Author;
  body: AnyBody;
  cid?: string;
  edited?: number;
  reactions?: Record<string, string[]>;
}

export interface JoinRoom {
  op: "join";
  cid: string;
  room: string;
}

export interface Joined {
  kind: "join";
  role: string;
}

export interface Kick {
  op: "kick";
  cid: string;
  room: string;
  user: string;
  reason?: string;
}

export interface Kicked {
  kind: "kick";
  person: Author;
  reason?: string;
}

export interface LeaveRoom {
  op: "leave";
  cid: string;
  room: string;
}

export interface Left {
  kind: "leave";
}

export interface LinkState {
  id: string;
  kind: string;
  by: Author;
  created: number;
  uses_left: number;
  expires?: number;
  room?: RoomName;
  role?: string;
  person?: Author;
}

export interface LinksTold {
  op: "links";
  links: LinkState[];
  ref?: string;
}

export interface ListAccounts {
  op: "accounts";
  ref?: string | null;
  after?: string;
  limit?: number;
}

export interface ListBans {
  op: "bans";
  ref?: string | null;
  room?: string | null;
}

export interface ListBlocked {
  op: "blocked";
  ref?: string | null;
}

export interface ListCredentials {
  op: "credentials";
  ref?: string | null;
}

export interface ListFigures {
  op: "figures";
  ref?: string | null;
}

export interface ListFiles {
  op: "files";
  ref?: string | null;
  room: string;
  before?: number | null;
  limit?: number;
}

export interface ListLinks {
  op: "links";
  ref?: string | null;
}

export interface ListMembers {
  op: "members";
  ref?: string | null;
  room: string;
}

export interface ListOnline {
  op: "online";
  ref?: string | null;
}

export interface ListReaders {
  op: "readers";
  ref?: string | null;
  room: string;
  seq: number;
}

export interface ListRooms {
  op: "rooms";
  ref?: string | null;
  archived?: boolean;
  counted?: boolean;
}

export interface ListSettings {
  op: "settings";
  ref?: string | null;
}

export interface LookAtRoom {
  op: "room";
  ref?: string | null;
  room: string;
}

export interface LookAtSelf {
  op: "me";
  ref?: string | null;
}

export interface MakeFileKey {
  op: "file_key";
  ref?: string | null;
}

export interface MakeLink {
  op: "link";
  cid: string;
  secret: string;
  uses?: number;
  expires?: number | null;
  room?: string | null;
  role?: string;
}

export interface MakeResetLink {
  op: "reset_link";
  cid: string;
  user: string;
  secret: string;
  expires?: number | null;
}

export interface MakeToken {
  op: "token";
  cid: string;
  name: string;
  scopes: string[];
  secret: string;
  expires?: number | null;
  user?: string | null;
}

export interface MakeUploadLink {
  op: "upload_link";
  ref?: string | null;
  room: string;
  file?: string;
}

export interface MarkRead {
  op: "read";
  cid: string;
  room: string;
  seq?: number | null;
}

export interface Members {
  op: "members";
  room: string;
  people: Person[];
  more?: boolean;
  ref?: string;
}

export interface Message {
  kind: "message";
  text: string;
  reply_to?: number;
  action?: boolean;
  deleted?: boolean;
  files?: File[];
}

export interface Mute {
  op: "mute";
  cid: string;
  user: string;
  room?: string | null;
  seconds?: number | null;
  reason?: string;
}

export interface Muted {
  kind: "mute";
  person: Author;
  reason?: string;
  until?: number;
}

export interface Myself {
  op: "me";
  quiet_until?: number;
  muted?: number;
  guests_write?: boolean;
  shares_reading?: boolean;
  blocked?: Author[];
  invitations?: RoomName[];
  account: Person;
  role: string;
  head: number;
  epoch: string;
  now: number;
  ref?: string;
}

export interface OneRoom {
  op: "room";
  room: RoomState;
  ref?: string;
}

export interface Online {
  op: "online";
  people: Person[];
  more?: boolean;
  ref?: string;
}

export interface Page {
  op: "page";
  room: string;
  items: Item[];
  as_of: number;
  more: boolean;
  ref?: string;
}

export interface Pause {
  op: "pause";
  cid: string;
  reason?: string;
}

export interface PauseTold {
  op: "paused";
  paused: boolean;
  by: Author;
  reason?: string;
}

export interface Person {
  id: string;
  name: string;
  display_name: string;
  state: string;
  status?: string;
  since?: number;
  active?: number;
  role?: string;
  avatar?: string;
}

export interface Ping {
  op: "ping";
  ref?: string | null;
}

export interface Pong {
  op: "pong";
  ref?: string;
}

export interface Prefer {
  op: "prefer";
  cid: string;
  room: string;
  star?: boolean | null;
  notify?: string | null;
}

export interface Preferred {
  kind: "preferred";
  room: RoomName;
  star?: boolean;
  notify?: string;
}

export interface Presence {
  op: "presence";
  people: Person[];
}

export interface Quiet {
  op: "quiet";
  cid: string;
  seconds?: number | null;
}

export interface Quieted {
  kind: "quiet";
  until?: number;
}

export interface Quit {
  op: "quit";
}

export interface Range {
  op: "range";
  room: string;
  entries: Entry[];
  head: number;
  more: boolean;
  ref?: string;
}

export interface React {
  op: "react";
  cid: string;
  room: string;
  seq: number;
  emoji: string;
}

export interface Reacted {
  kind: "react";
  target: number;
  emoji: string;
}

export interface Read {
  kind: "read";
  room: string;
  seq: number;
}

export interface Readers {
  op: "readers";
  room: string;
  seq: number;
  people: Author[];
  more?: boolean;
  ref?: string;
}

export interface ReadingShared {
  kind: "share_reading";
  share: boolean;
}

export interface Refusal {
  op: "error";
  code: string;
  message: string;
  field?: string;
  retry_after?: number;
  cid?: string;
  ref?: string;
}

export interface Register {
  op: "register";
  cid: string;
  password: string;
  link?: string | null;
}

export interface Registered {
  kind: "registered";
  role: string;
}

export interface Removed {
  kind: "removed";
  target?: number;
}

export interface Rename {
  op: "nick";
  cid: string;
  name: string;
}

export interface RenameRoom {
  op: "rename_room";
  cid: string;
  room: string;
  name: string;
}

export interface Renamed {
  kind: "renamed";
  name: string;
}

export interface Resume {
  op: "resume";
  cid: string;
}

export interface RevokeLink {
  op: "revoke_link";
  cid: string;
  link: string;
}

export interface RoleGiven {
  kind: "server_role";
  role: string;
}

export interface RoomDeleted {
  kind: "delete_room";
}

export interface RoomName {
  id: string;
  name: string;
  kind: string;
}

export interface RoomRenamed {
  kind: "rename_room";
  name: string;
}

export interface RoomSet {
  kind: "set_room";
  posting?: string;
  slow?: number;
  closed?: boolean;
  newcomers?: string;
  keep?: number;
  previews?: string;
  archived?: boolean;
}

export interface RoomState {
  id: string;
  name: string;
  kind: string;
  topic: string;
  head: number;
  role: string | null;
  horizon: number;
  read: number;
  unread: number;
  mentions: number;
  star: boolean;
  place: number | null;
  notify: string;
  muted: number | null;
  rules: Rules;
  members: number;
}

export interface Rooms {
  op: "rooms";
  rooms: RoomState[];
  ref?: string;
}

export interface Rules {
  posting?: string;
  slow?: number;
  newcomers?: string;
  keep?: number;
  previews?: string;
  archived?: boolean;
}

export interface SendMessage {
  op: "send";
  cid: string;
  room: string;
  text: string;
  reply_to?: number | null;
  action?: boolean;
  files?: string[] | null;
}

export interface SetAvatar {
  op: "avatar";
  cid: string;
  file?: string;
}

export interface SetContact {
  op: "contact";
  cid: string;
  guests: boolean;
}

export interface SetDisplayName {
  op: "display";
  cid: string;
  name: string;
}

export interface SetKeep {
  op: "keep";
  cid: string;
  days: number;
}

export interface SetRoom {
  op: "set_room";
  cid: string;
  room: string;
  posting?: string | null;
  slow?: number | null;
  closed?: boolean | null;
  newcomers?: string | null;
  keep?: number | null;
  previews?: string | null;
  archived?: boolean | null;
}

export interface SetStatus {
  op: "status";
  cid: string;
  text?: string;
  away?: boolean;
  until?: number | null;
}

export interface SetTopic {
  op: "topic";
  cid: string;
  room: string;
  topic: string;
}

export interface SettingState {
  name: string;
  kind: string;
  value: boolean | number | number | string;
  default: boolean | number | number | string;
  does: string;
  words?: string[];
  least?: number;
  most?: number;
  locked?: string;
  command?: string;
}

export interface SettingsTold {
  op: "settings";
  settings: SettingState[];
  ref?: string;
}

export interface ShareReading {
  op: "share_reading";
  cid: string;
  share: boolean;
}

export interface SignOut {
  op: "sign_out";
  cid: string;
  credential?: string | null;
  others?: boolean;
}

export interface SignedOut {
  kind: "signed_out";
  why: string;
  credentials?: string[];
}

export interface StatusSet {
  kind: "status";
  text?: string;
  away?: boolean;
  until?: number;
}

export interface Suspend {
  op: "suspend";
  cid: string;
  user: string;
  reason?: string;
}

export interface Swept {
  kind: "swept";
  before: number;
}

export interface TopicSet {
  kind: "topic";
  topic: string;
}

export interface Typed {
  op: "type";
  cid: string;
  room: string;
  text: string;
  private_at?: boolean;
}

export interface Typing {
  op: "typing";
  room: string;
}

export interface Unban {
  op: "unban";
  cid: string;
  who: string;
  room?: string | null;
}

export interface Unbanned {
  kind: "unban";
  person?: Author;
  pattern?: string;
}

export interface Unblock {
  op: "unblock";
  cid: string;
  user: string;
}

export interface Unblocked {
  kind: "unblock";
  person: Author;
}

export interface Unmute {
  op: "unmute";
  cid: string;
  user: string;
  room?: string | null;
}

export interface Unmuted {
  kind: "unmute";
  person: Author;
}

export interface Unreact {
  op: "unreact";
  cid: string;
  room: string;
  seq: number;
  emoji: string;
}

export interface Unreacted {
  kind: "unreact";
  target: number;
  emoji: string;
}

export interface Unreadable {
  kind: "unreadable";
}

export interface Unsuspend {
  op: "unsuspend";
  cid: string;
  user: string;
}

export interface UploadLink {
  op: "upload_link";
  room: string;
  path: string;
  expires: number;
  file?: string;
  ref?: string;
}

export interface UseLink {
  op: "use_link";
  cid: string;
  link: string;
  password?: string | null;
}

export interface Welcome {
  op: "welcome";
  quiet_until?: number;
  muted?: number;
  guests_write?: boolean;
  shares_reading?: boolean;
  blocked?: Author[];
  invitations?: RoomName[];
  version: string;
  epoch: string;
  account: Person;
  head: number;
  rooms: RoomState[];
  heads_every: number;
  now: number;
  role?: string;
  token?: string;
  paused?: boolean;
  ignored?: string[];
  began?: number;
}

export type AnyCommand =
  | SendMessage
  | EditMessage
  | DeleteMessage
  | React
  | Unreact
  | CreateRoom
  | JoinRoom
  | LeaveRoom
  | SetTopic
  | Invite
  | Kick
  | Grant
  | Ban
  | Unban
  | Mute
  | Unmute
  | SetRoom
  | RenameRoom
  | DeleteRoom
  | Pause
  | Resume
  | Configure
  | Block
  | Unblock
  | SetContact
  | ShareReading
  | Prefer
  | Arrange
  | Quiet
  | Erase
  | SetKeep
  | Rename
  | SetDisplayName
  | SetStatus
  | Register
  | ChangePassword
  | SignOut
  | MakeToken
  | MakeLink
  | RevokeLink
  | MakeResetLink
  | UseLink
  | Suspend
  | Unsuspend
  | GiveServerRole
  | SetAvatar
  | MarkRead;

export type AnyQuery =
  | Fetch
  | History
  | ListRooms
  | LookAtRoom
  | ListMembers
  | ListReaders
  | ListOnline
  | LookAtSelf
  | ListCredentials
  | ListLinks
  | ListAccounts
  | ListBlocked
  | ListBans
  | Audit
  | ListSettings
  | ListFigures
  | ListFiles
  | MakeUploadLink
  | MakeFileKey
  | Help;

export type Request =
  | SendMessage
  | EditMessage
  | DeleteMessage
  | React
  | Unreact
  | CreateRoom
  | JoinRoom
  | LeaveRoom
  | SetTopic
  | Invite
  | Kick
  | Grant
  | Ban
  | Unban
  | Mute
  | Unmute
  | SetRoom
  | RenameRoom
  | DeleteRoom
  | Pause
  | Resume
  | Configure
  | Block
  | Unblock
  | SetContact
  | ShareReading
  | Prefer
  | Arrange
  | Quiet
  | Erase
  | SetKeep
  | Rename
  | SetDisplayName
  | SetStatus
  | Register
  | ChangePassword
  | SignOut
  | MakeToken
  | MakeLink
  | RevokeLink
  | MakeResetLink
  | UseLink
  | Suspend
  | Unsuspend
  | GiveServerRole
  | SetAvatar
  | MarkRead
  | Fetch
  | History
  | ListRooms
  | LookAtRoom
  | ListMembers
  | ListReaders
  | ListOnline
  | LookAtSelf
  | ListCredentials
  | ListLinks
  | ListAccounts
  | ListBlocked
  | ListBans
  | Audit
  | ListSettings
  | ListFigures
  | ListFiles
  | MakeUploadLink
  | MakeFileKey
  | Help
  | Typing
  | Typed
  | Hello
  | Ping
  | Quit;

export type AnyAnswer =
  | Welcome
  | Ack
  | Refusal
  | Range
  | Page
  | Rooms
  | OneRoom
  | Members
  | Readers
  | Online
  | Myself
  | BlockList
  | Bans
  | FilesTold
  | UploadLink
  | FileKey
  | HelpText
  | Heads
  | CredentialsTold
  | LinksTold
  | AccountsTold
  | SettingsTold
  | FiguresTold
  | PauseTold
  | Presence
  | IsTyping
  | Pong
  | Bye;

export type AnyBody =
  | Created
  | Message
  | Edited
  | Deleted
  | Reacted
  | Unreacted
  | Joined
  | Left
  | Invited
  | Kicked
  | Granted
  | TopicSet
  | RoomSet
  | RoomRenamed
  | RoomDeleted
  | Swept
  | Banned
  | Unbanned
  | Muted
  | Unmuted
  | Erased
  | Removed
  | Entered
  | Departed
  | GotInvitation
  | Renamed
  | DisplayNamed
  | StatusSet
  | AvatarSet
  | Registered
  | RoleGiven
  | SignedOut
  | Blocked
  | Unblocked
  | ContactSet
  | ReadingShared
  | Preferred
  | Arranged
  | Quieted
  | Audited
  | Read
  | Unreadable;

export type Told = AnyAnswer | Entry;

export type Code =
  | "bad_json"
  | "type"
  | "number"
  | "control_char"
  | "utf8"
  | "unknown_field"
  | "missing_field"
  | "no_such_route"
  | "bad_method"
  | "media_type"
  | "body_timeout"
  | "unknown_op"
  | "unknown_command"
  | "usage"
  | "cid"
  | "cursor"
  | "resume_bad_cursor"
  | "limit"
  | "bad_name"
  | "bad_password"
  | "bad_emoji"
  | "empty"
  | "too_long"
  | "too_big"
  | "file_too_big"
  | "bad_length"
  | "wrong_hash"
  | "checksum"
  | "wrong_offset"
  | "upload_locked"
  | "file_type"
  | "bad_upload"
  | "tus_version"
  | "too_many"
  | "not_registered"
  | "password_needed"
  | "bad_credentials"
  | "bad_token"
  | "bad_link"
  | "signed_out"
  | "suspended"
  | "token_in_url"
  | "foreign_page"
  | "auth_timeout"
  | "wrong_door"
  | "guests_refused"
  | "banned"
  | "banned_here"
  | "muted"
  | "paused"
  | "read_only"
  | "not_allowed"
  | "not_a_member"
  | "no_such_room"
  | "no_such_user"
  | "no_such_message"
  | "no_such_setting"
  | "no_such_file"
  | "file_unfinished"
  | "message_deleted"
  | "name_taken"
  | "room_exists"
  | "cid_reused"
  | "epoch_changed"
  | "rate_limited"
  | "too_many_sessions"
  | "too_many_errors"
  | "too_slow"
  | "storage_full"
  | "try_again"
  | "going_away"
  | "internal";

export const LEAST_ROLE = {
  send: ["guest", "guest"],
  edit: ["guest", "guest"],
  delete: ["guest", "guest"],
  delete_others: ["guest", "moderator"],
  react: ["guest", "guest"],
  read: ["guest", "guest"],
  join: ["guest", null],
  leave: ["guest", "guest"],
  topic: ["guest", "member"],
  invite: ["guest", "member"],
  kick: ["guest", "moderator"],
  ban: ["guest", "moderator"],
  unban: ["guest", "moderator"],
  mute: ["guest", "moderator"],
  unmute: ["guest", "moderator"],
  bans: ["guest", "moderator"],
  role: ["guest", "admin"],
  slow: ["guest", "moderator"],
  posting: ["guest", "moderator"],
  closed: ["guest", "admin"],
  newcomers: ["guest", "admin"],
  previews: ["guest", "admin"],
  room_keep: ["guest", "admin"],
  archived: ["guest", "admin"],
  rename_room: ["guest", "admin"],
  delete_room: ["guest", "owner"],
  create: ["guest", null],
  upload: ["guest", null],
  describe: ["guest", null],
  register: ["guest", null],
  password: ["guest", null],
  sign_out: ["guest", null],
  credentials: ["guest", null],
  use_link: ["guest", null],
  token: ["member", null],
  token_for: ["admin", null],
  link: ["moderator", null],
  revoke_link: ["moderator", null],
  links: ["moderator", null],
  reset_link: ["admin", null],
  suspend: ["admin", null],
  unsuspend: ["admin", null],
  server_role: ["admin", null],
  accounts: ["admin", null],
  erase: ["admin", null],
  server_ban: ["moderator", null],
  server_mute: ["moderator", null],
  pause: ["moderator", null],
  resume: ["moderator", null],
  keep: ["admin", null],
  settings: ["admin", null],
  configure: ["admin", null],
  figures: ["admin", null],
  audit: ["admin", null],
} as const satisfies Record<string, readonly [string, string | null]>;
