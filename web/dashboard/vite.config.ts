import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
/** The server behind `npm run dev`. */
const backend = process.env.RAPPORT_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  root: here('.'),
  plugins: [react()],
  resolve: {
    // The client has no packages of its own here; its one dependency is the dashboard's.
    alias: { 'openapi-fetch': here('node_modules/openapi-fetch'), '@rapport/api-client': here('../api-client/src/index.ts'), '@sdk': here('../sdk/src'), '@': here('src') },
  },
  // The server puts a nonce of its own into every page it sends.
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    outDir: here('dist'),
    emptyOutDir: true,
    target: 'es2023',
    manifest: 'manifest.json',
    chunkSizeWarningLimit: 1200,
    // Inlined files would need `data:` in the policy.
    assetsInlineLimit: 0,
  },
  server: {
    proxy: Object.fromEntries(['/api', '/v1', '/u/', '/preferences/', '/confirm/'].map((path) => [path, backend])),
    fs: { allow: [here('..')] },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
