/* A program that does nothing, to be started often. */
int main(void)
{
    return 0;
}
