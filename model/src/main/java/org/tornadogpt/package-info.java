/** The library's face: {@link org.tornadogpt.TornadoGpt}. */
package org.tornadogpt;
