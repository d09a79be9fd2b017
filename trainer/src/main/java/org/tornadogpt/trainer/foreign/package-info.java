/** Kernels that users bring as files: compiled, put on the class path of a JVM of their own, removed afterwards. */
package org.tornadogpt.trainer.foreign;
