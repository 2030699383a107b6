namespace Approvals.Engine;

/// <summary>
/// Sole ownership of a data folder, held while the process lives: an exclusive lock on a file in it, which the operating system drops
/// when the process ends, however it ends.
/// </summary>
internal sealed class FolderLock : IDisposable
{
    // What the operating system says of a lock that somebody else has: EWOULDBLOCK, ERROR_SHARING_VIOLATION.
    private const int WouldBlock = 11;
    private const int WouldBlockOnMac = 35;
    private const int SharingViolation = unchecked((int)0x80070020);

    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    public static FolderLock Take(string folder)
    {
        string path = Path.Combine(folder, "host.lock");
        try
        {
            return new FolderLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException error) when (error.HResult is WouldBlock or WouldBlockOnMac or SharingViolation)
        {
            throw new DatabaseException(
                "folder_in_use", $"Another host runs on the data folder '{folder}'; stop it, or give this one a folder of its own.", error);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            throw new DatabaseException(
                "read_only", $"The data folder '{folder}' cannot be written; check its owner, mode and file system.", error);
        }
    }

    public void Dispose() => _file.Dispose();
}
