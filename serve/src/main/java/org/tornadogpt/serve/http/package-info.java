/** HTTP: limits, guards, routes, bodies and streams, on Jetty with virtual threads. Knows nothing of models. */
package org.tornadogpt.serve.http;
