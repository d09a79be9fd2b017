/**
 * What models are made of. A {@link org.tornadogpt.model.layer.Layer} declares its parameters, records its forward pass
 * and, from what that returned, its backward pass. Nothing here holds values or runs.
 */
package org.tornadogpt.model.layer;
