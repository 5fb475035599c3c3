// The kernel seen by JupyterLab's own client library, under node. lab.py installs the library, starts a server and
// calls this with the server's address. Prints `ok NAME` or `not ok NAME: why`.
const { KernelManager, ServerConnection } = require('@jupyterlab/services');

console.debug = console.info = console.warn = () => undefined; // the library's own news
let bad = 0;
function check(holds, name, seen) {
  bad += !holds;
  console.log(holds ? `ok ${name}` : `not ok ${name}: ${JSON.stringify(seen).slice(0, 400)}`);
}
const sleep = ms => new Promise(done => setTimeout(done, ms));

// Runs a cell; gives its reply and its messages. `type` answers its questions.
async function run(kernel, code, type) {
  const seen = [];
  const future = kernel.requestExecute({ code, allow_stdin: !!type });
  future.onIOPub = message => { seen.push({ type: message.header.msg_type, ...message.content, transient: message.content.transient }); };
  future.onStdin = message => {
    seen.push({ type: 'asked', prompt: message.content.prompt });
    kernel.sendInputReply({ status: 'ok', value: type }, message.header);
  };
  const reply = (await future.done).content;
  return { reply, seen, of: type => seen.filter(m => m.type === type), text: seen.filter(m => m.type === 'stream').map(m => m.text).join('') };
}

async function main(url) {
  const serverSettings = ServerConnection.makeSettings({ baseUrl: url, wsUrl: url.replace('http', 'ws') });
  const manager = new KernelManager({ serverSettings });
  const kernel = await manager.startNew({ name: 'nn-c' });
  const info = await kernel.info;
  check(info.language_info.name === 'c' && info.status === 'ok', 'kernel_info', info);

  let r = await run(kernel, 'int twice (int v) { return 2 * v; }\nint kept = 20;\nprintf ("said\\n");\ntwice (kept) + 2');
  check(r.reply.status === 'ok' && r.text === 'said\n' && r.of('execute_result')[0]?.data['text/plain'] === '42', 'execute', r.seen);
  r = await run(kernel, 'abort ();');
  check(r.reply.status === 'error' && r.of('error').length === 1, 'a crash is an error of its cell', r);
  r = await run(kernel, 'kept');
  check(r.of('execute_result')[0]?.data['text/plain'] === '20', 'and the kernel lives on', r.seen);

  r = await run(kernel, 'char name[40];\nprintf ("name? ");\nfgets (name, 40, stdin);\nprintf ("hello %s", name);', 'Ada');
  check(r.of('asked')[0]?.prompt === 'name? ' && r.text.includes('hello Ada'), 'stdin', r.seen);

  r = await run(kernel, 'nnk_display_as ("d", "text/plain", "first", 0);\nnnk_update ("d", "text/plain", "second", 0);');
  check(r.of('display_data')[0]?.transient.display_id === 'd' && r.of('update_display_data')[0]?.data['text/plain'] === 'second', 'display update', r.seen);

  let c = (await kernel.requestComplete({ code: 'twi', cursor_pos: 3 })).content;
  check(c.matches.join() === 'twice' && c.cursor_start === 0, 'completion', c);
  c = (await kernel.requestInspect({ code: 'twice', cursor_pos: 2, detail_level: 0 })).content;
  check(c.found && c.data['text/plain'].includes('int twice (int v)'), 'hover', c);
  c = (await kernel.requestIsComplete({ code: 'if (kept) {\n    if (kept > 1) {\n' })).content;
  check(c.status === 'incomplete' && c.indent === '        ', 'is_complete', c);
  c = (await kernel.requestHistory({ hist_access_type: 'tail', n: 1, raw: true, output: false })).content;
  check(c.history.length === 1, 'history', c);

  const endless = run(kernel, 'volatile long turns = 0;\nfor (;;) turns++;');
  await sleep(500);
  const began = Date.now();
  await kernel.interrupt();
  r = await endless;
  check(r.reply.status === 'error' && r.reply.ename === 'Interrupt' && Date.now() - began < 4000, 'interrupt', r.reply);

  await kernel.restart();
  r = await run(kernel, 'kept');
  check(r.reply.status === 'error' && JSON.stringify(r.of('error')).includes('undeclared'), 'restart forgets the variables', r);
  r = await run(kernel, '6 * 7');
  check(r.of('execute_result')[0]?.data['text/plain'] === '42', 'and the kernel works again', r.seen);
  await kernel.shutdown();
  check(true, 'shutdown');
}

main(process.argv[2]).catch(error => { bad++; console.log(`not ok the client: ${error.stack}`); }).finally(() => process.exit(bad ? 1 : 0));
