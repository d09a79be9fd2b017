/**
 * Kernels that need more of TornadoVM's API than this project is compiled against elsewhere: tensor cores. Built only
 * where an SDK is ({@code TORNADOVM_HOME}), and found by {@code ServiceLoader} like every variant.
 */
package org.tornadogpt.tensorcores;
