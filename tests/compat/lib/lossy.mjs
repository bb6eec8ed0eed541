// A network that loses answers: the request reaches the server, the client is told 503 and sends it again. What an SDK
// then delivers twice must have one effect.

import { createServer, request } from 'node:http';

/** Starts it in front of `target`. The answers of the first `losses` collection calls are lost. */
export async function lossyProxy(target, losses) {
  const state = { lost: 0, calls: 0 };
  const { hostname, port } = new URL(target);
  const proxy = createServer((incoming, outgoing) => {
    const options = { hostname, port, path: incoming.url, method: incoming.method, headers: incoming.headers };
    const forwarded = request(options, (answer) => {
      const collects = incoming.method === 'POST' && answer.statusCode === 200;
      state.calls += collects ? 1 : 0;
      if (collects && state.lost < losses) {
        state.lost += 1;
        answer.resume();
        const cors = answer.headers['access-control-allow-origin'];
        outgoing.writeHead(503, cors ? { 'access-control-allow-origin': cors } : {});
        outgoing.end('the answer was lost on its way');
        return;
      }
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${proxy.address().port}`;
  const close = () => {
    proxy.closeAllConnections();
    return new Promise((resolve) => proxy.close(resolve));
  };
  return { url, state, close };
}
