/**
 * What an operation brings along to be checked: small programs that a device's variants run and the reference runs,
 * too.
 */
package org.tornadogpt.kernels.cases;
