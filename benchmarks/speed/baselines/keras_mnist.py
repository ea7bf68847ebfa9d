"""The baseline: what a user writes who follows Keras's own example. Frozen; no code of inkdigits is in it.

The network, the settings and the order of steps are those of F. Chollet, "Simple MNIST convnet", 2015,
keras.io/examples/vision/mnist_convnet: two convolutions with max-pooling, dropout 0.5, softmax, Adam at its default
rate, categorical cross-entropy, batches of 128, 15 epochs, a tenth of the training images for validation, float32.
Only what a measurement needs is added: the data come from a file that is named, the weights are saved, and the number
of epochs can be another one for a trial.

    python keras_mnist.py mnist.npz out.weights.h5
"""

import argparse

import keras
import numpy as np
from keras import layers

N_CLASSES = 10
INPUT_SHAPE = (28, 28, 1)


def build_model() -> keras.Model:
    """Build the network, untrained: floats in [0, 1] of shape (n, 28, 28, 1) in, ten probabilities out."""
    return keras.Sequential(
        [
            keras.Input(shape=INPUT_SHAPE),
            layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(N_CLASSES, activation="softmax"),
        ]
    )


def main() -> None:
    """Train, test, save."""
    parser = argparse.ArgumentParser(description="Keras's example of a convolutional network for MNIST.")
    parser.add_argument("data", help="an .npz with x_train, y_train, x_test, y_test")
    parser.add_argument("weights", help="the file to save the weights to, *.weights.h5")
    parser.add_argument("--epochs", type=int, default=15)
    arguments = parser.parse_args()

    with np.load(arguments.data) as data:
        x_train, y_train = data["x_train"], data["y_train"]
        x_test, y_test = data["x_test"], data["y_test"]
    x_train = np.expand_dims(x_train.astype("float32") / 255, -1)
    x_test = np.expand_dims(x_test.astype("float32") / 255, -1)
    y_train = keras.utils.to_categorical(y_train, N_CLASSES)
    y_test = keras.utils.to_categorical(y_test, N_CLASSES)

    model = build_model()
    model.summary()
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    model.fit(x_train, y_train, batch_size=128, epochs=arguments.epochs, validation_split=0.1)

    loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
    model.save_weights(arguments.weights)
    print("Test loss:", loss)
    print("Test accuracy:", accuracy)


if __name__ == "__main__":
    main()
