/** The devices that run on the JVM: {@code sequential} and {@code cpu}. */
package org.tornadogpt.kernels.device.jvm;
